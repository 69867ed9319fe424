package apigatewayv2_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	service "github.com/keyvex/keyvex/internal/sandbox/apigatewayv2"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

type role string

func (r role) LogsRole() string { return string(r) }

func (role) Admit(string, float64, int) bool { return true }

func (role) LogAccess(string, string, func(string) string) {}

const api = `{"Name":"keyvex-websocket","Description":"d","ProtocolType":"WEBSOCKET","RouteSelectionExpression":"$request.body.action"}`

const stageOf = `{"ApiId":%q,"StageName":"dev","AutoDeploy":true,"AccessLogSettings":{"DestinationArn":"arn:aws:logs:us-east-1:123456789012:log-group:l","Format":"$context.requestId"},
	"DefaultRouteSettings":{"DataTraceEnabled":false,"DetailedMetricsEnabled":true,"LoggingLevel":"OFF","ThrottlingBurstLimit":200,"ThrottlingRateLimit":100}}`

func TestWebSocketAPIsLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host(), role("arn:aws:iam::123456789012:role/logs"), nil)
	stack := oracle.NewStack(t, s.Resources())
	made := stack.Create("AWS::ApiGatewayV2::Api", "Api", api)
	id := made.PhysicalID
	if made.Attributes["ApiEndpoint"] != "ws://localhost/_aws/execute-api/"+id || len(id) != 10 {
		t.Errorf("became %+v", made)
	}
	uri := `{"ApiId":%q,"IntegrationType":"AWS_PROXY","IntegrationUri":"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"}`
	integration := stack.Create("AWS::ApiGatewayV2::Integration", "Integration", fmt.Sprintf(uri, id)).PhysicalID
	route := fmt.Sprintf(`{"ApiId":%q,"AuthorizationType":"NONE","RouteKey":"$connect","Target":"integrations/%s"}`, id, integration)
	connect := stack.Create("AWS::ApiGatewayV2::Route", "Connect", route).PhysicalID
	stage := fmt.Sprintf(stageOf, id)
	stack.Create("AWS::ApiGatewayV2::Stage", "Stage", stage)
	deployment := fmt.Sprintf(`{"ApiId":%q,"Description":"d"}`, id)
	deployed := stack.Create("AWS::ApiGatewayV2::Deployment", "Deployment", deployment).PhysicalID
	stack.Update("AWS::ApiGatewayV2::Stage", "Stage", "dev", stage, strings.Replace(stage, "200", "300", 1))

	client := apigatewayv2.NewFromConfig(oracle.Config(s.Wire()))
	routes, err := client.GetRoutes(t.Context(), &apigatewayv2.GetRoutesInput{ApiId: &id})
	if err != nil || len(routes.Items) != 1 || *routes.Items[0].RouteKey != "$connect" || *routes.Items[0].Target != "integrations/"+integration {
		t.Errorf("routes are %+v %v", routes, err)
	}
	got, err := client.GetStage(t.Context(), &apigatewayv2.GetStageInput{ApiId: &id, StageName: new("dev")})
	if err != nil || *got.DefaultRouteSettings.ThrottlingBurstLimit != 300 || got.CreatedDate.IsZero() || !strings.Contains(*got.LastDeploymentStatusMessage, *got.DeploymentId) {
		t.Errorf("the stage is %+v %v", got, err)
	}
	if err := stack.TryDelete("AWS::ApiGatewayV2::Integration", "Integration", integration, fmt.Sprintf(uri, id)); err == nil {
		t.Error("an integration was deleted under its route")
	}
	stack.Delete("AWS::ApiGatewayV2::Deployment", "Deployment", deployed, deployment)
	stack.Delete("AWS::ApiGatewayV2::Stage", "Stage", "dev", stage)
	stack.Delete("AWS::ApiGatewayV2::Route", "Connect", connect, route)
	stack.Delete("AWS::ApiGatewayV2::Integration", "Integration", integration, fmt.Sprintf(uri, id))
	stack.Delete("AWS::ApiGatewayV2::Api", "Api", id, api)
	if _, err := client.GetApi(t.Context(), &apigatewayv2.GetApiInput{ApiId: &id}); oracle.Code(err) != "NotFoundException" || oracle.Status(err) != 404 {
		t.Errorf("a deleted API gives %v", err)
	}
}

func TestRefusedPieces(t *testing.T) {
	s := service.New(oracle.Host(), role(""), nil)
	stack := oracle.NewStack(t, s.Resources())
	id := stack.Create("AWS::ApiGatewayV2::Api", "Api", api).PhysicalID
	stack.Create("AWS::ApiGatewayV2::Route", "Default", fmt.Sprintf(`{"ApiId":%q,"RouteKey":"$default"}`, id))
	for _, c := range []struct{ typ, properties, want string }{
		{"Stage", fmt.Sprintf(stageOf, id), "CloudWatch Logs role ARN must be set in account settings to enable logging"},
		{"Stage", fmt.Sprintf(`{"ApiId":%q,"StageName":"no/way"}`, id), "Stage name only allows"},
		{"Stage", fmt.Sprintf(`{"ApiId":%q,"StageName":"dev","DeploymentId":"x"}`, id), "Deployment x not found"},
		{"Route", fmt.Sprintf(`{"ApiId":%q,"RouteKey":"$default"}`, id), "Route with key $default already exists for this API"},
		{"Route", fmt.Sprintf(`{"ApiId":%q,"RouteKey":"a","Target":"integrations/x"}`, id), "integrations/x"},
		{"Route", `{"ApiId":"x","RouteKey":"a"}`, "Invalid API identifier specified 123456789012:x"},
		{"Integration", fmt.Sprintf(`{"ApiId":%q,"IntegrationType":"AWS_PROXY"}`, id), "IntegrationUri is required"},
		{"Integration", fmt.Sprintf(`{"ApiId":%q,"IntegrationType":"MOCK","TimeoutInMillis":30000}`, id), "Timeout should be between 50 ms and 29000 ms"},
		{"Api", `{"Name":"n","ProtocolType":"WEBSOCKET"}`, "RouteSelectionExpression"},
		{"Api", `{"Name":"n","ProtocolType":"FTP"}`, "Invalid protocol"},
		{"Api", `{"Name":"n","ProtocolType":"HTTP","Body":{}}`, "extraneous key [Body]"},
	} {
		if _, err := stack.Try("AWS::ApiGatewayV2::"+c.typ, "X", c.properties); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %s", c.typ, c.properties, err, c.want)
		}
	}
}

func TestTheCLIUnderstandsAnswers(t *testing.T) {
	s := service.New(oracle.Host(), role(""), nil)
	id := oracle.NewStack(t, s.Resources()).Create("AWS::ApiGatewayV2::Api", "Api", api).PhysicalID
	out, err := oracle.AWS(t, s.Wire(), "apigatewayv2", "get-apis", "--max-results", "5")
	text, _ := json.Marshal(out)
	if err != nil || !strings.Contains(string(text), `"ApiId":"`+id+`"`) || !strings.Contains(string(text), `"CreatedDate":"20`) {
		t.Errorf("the CLI reads %s %v", text, err)
	}
}
