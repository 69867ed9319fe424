package assembly_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// doors are the REST API's methods and the queue behind each.
var doors = map[string]string{"RestApi/Default/v1/jobs": "ai-processing", "RestApi/Default/v1/events": "analytics", "RestApi/Default/v1/leads": "email"}

func TestBodiesGoToTheQueueAsTheyAre(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for door, queue := range doors {
			want := func(property string, want any) { e.want(t, platform.API, door+"/POST", property, want) }
			want("ApiKeyRequired", true)
			want("RequestValidatorId", "<Api."+e.id(t, platform.API, "RestApi/Validator")+">")
			want("Integration.Uri", "arn:aws:apigateway:"+region+":sqs:path/"+account+"/keyvex-"+queue+"-queue-"+e.env.Name)
			want("Integration.Credentials", "arn:aws:iam::"+account+":role/keyvex-rest-api-role-"+e.env.Name)
			want("Integration.IntegrationHttpMethod", "POST")
			// A body of another type finds no template, and is refused.
			want("Integration.PassthroughBehavior", "NEVER")
			// Unescaped, an ampersand in the body would end the message.
			want("Integration.RequestTemplates", "map[application/json:Action=SendMessage&MessageBody=$util.urlEncode($input.body)]")
			want("Integration.RequestParameters", "map[integration.request.header.Accept:'application/json' integration.request.header.Content-Type:'application/x-www-form-urlencoded']")
		}
	})
}

// A response that no pattern selects is the one without a pattern: whatever goes
// wrong with a queue is ours, except for a message that SQS finds too long.
func TestTheQueuesAnswerBecomesTheCallers(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for door := range doors {
			answers := e.get(t, platform.API, door+"/POST", "Integration.IntegrationResponses").([]any)
			if len(answers) != 2 || dig(answers[0], "SelectionPattern") != "200" || dig(answers[0], "StatusCode") != "202" ||
				dig(answers[1], "SelectionPattern") != nil || dig(answers[1], "StatusCode") != "502" {
				t.Fatalf("%s answers %v", door, answers)
			}
			template := fmt.Sprint(dig(answers[1], "ResponseTemplates"))
			for _, part := range []string{`$input.path('$.Error.Code') == "InvalidParameterValue"`, "$context.responseOverride.status = 413"} {
				if !strings.Contains(template, part) {
					t.Errorf("%s: a message that is too long is the API's fault: no %s", door, part)
				}
			}
		}
	})
}

// HTTP/2 writes header names in small letters, and input.params would take the
// origin from the query string too.
func TestTheOriginIsReadFromTheHeaderInEitherSpelling(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for door := range doors {
			for _, method := range []string{"POST", "OPTIONS"} {
				for _, answer := range e.get(t, platform.API, door+"/"+method, "Integration.IntegrationResponses").([]any) {
					template := fmt.Sprint(dig(answer, "ResponseTemplates"))
					for _, part := range []string{`$input.params().header.get("Origin")`, `$input.params().header.get("origin")`} {
						if !strings.Contains(template, part) {
							t.Errorf("%s %s does not read %s", method, door, part)
						}
					}
					if strings.Contains(template, `$input.params("`) {
						t.Errorf("%s %s takes an origin from the query string", method, door)
					}
				}
			}
		}
	})
}

// Session tokens travel in the query string, and validation errors quote the body.
func TestAccessLogsHoldNeitherQueryNorBody(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for path, property := range map[string]string{
			"WebSocketStage": "AccessLogSettings.Format",
			e.typed(platform.API, "AWS::ApiGateway::Stage")[0]: "AccessLogSetting.Format",
		} {
			format := fmt.Sprint(e.get(t, platform.API, path, property))
			if !strings.Contains(format, "$context.requestId") {
				t.Errorf("%s: API Gateway demands the request's id", path)
			}
			for _, variable := range []string{"querystring", "requestOverride", "$context.path", "protocol", "authorizer", "validationErrorString", "apiKey\""} {
				if strings.Contains(format, variable) {
					t.Errorf("%s logs %s", path, variable)
				}
			}
		}
	})
}

// API Gateway drops what a function answers unless the route has a response.
func TestAnswersToMessagesReachTheClient(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		// Lambda takes nothing but POST, whatever comes over the socket.
		e.want(t, platform.API, "WebSocketIntegration", "IntegrationMethod", "POST")
		e.want(t, platform.API, "WebSocketDefaultRoute", "RouteResponseSelectionExpression", "$default")
		e.want(t, platform.API, "WebSocketDefaultResponse", "RouteResponseKey", "$default")
		e.want(t, platform.API, "WebSocketDefaultResponse", "RouteId", "<Api.WebSocketDefaultRoute>")
		before := texts(e.templates[platform.API].Resources["WebSocketStage"]["DependsOn"])
		for _, piece := range []string{"WebSocketConnectRoute", "WebSocketDefaultRoute", "WebSocketDisconnectRoute", "WebSocketDefaultResponse"} {
			if !slices.Contains(before, piece) {
				t.Errorf("the stage's first deployment may miss %s", piece)
			}
		}
	})
}
