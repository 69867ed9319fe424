package stacks

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigateway"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/schema"
)

// doors are the REST API's resources below /v1, and the queue behind each.
var doors = []struct {
	path  string
	queue platform.Queue
}{
	{"jobs", platform.AIProcessing}, {"events", platform.Analytics}, {"leads", platform.Email},
}

// anyEnvironment has the environment's name filled in by CloudFormation. CDK
// hashes the API's content into the deployment's logical id, so the name itself
// may not stand there.
var anyEnvironment = platform.Environment{Name: "${" + platform.ParameterEnvironment + "}"}

// rest is the REST API. Its methods write to the queues without a function
// between, so a burst of requests costs no concurrency.
func (s stack) rest() {
	s.parameter(platform.ParameterEnvironment, s.env.Name, "Name of the environment")
	origins := s.corsOrigins()
	s.unlessEmpty(hasOrigins, origins)
	rest := awsapigateway.NewRestApi(s.scope, jsii.String("RestApi"), &awsapigateway.RestApiProps{
		RestApiName:    sub(anyEnvironment.RESTAPIName()),
		Description:    jsii.String("Server-to-server integrations"),
		EndpointTypes:  &[]awsapigateway.EndpointType{awsapigateway.EndpointType_REGIONAL},
		CloudWatchRole: jsii.Bool(false),
		DeployOptions:  s.restStage(),
	})
	// CDK's own output would be a second one for the same thing.
	rest.Node().TryRemoveChild(jsii.String("Endpoint"))
	stage := plain[awsapigateway.CfnStage](rest.DeploymentStage())
	stage.AddPropertyOverride(jsii.String("Variables."+originsVariable), whenOrigins(map[string]any{"Ref": platform.ParameterCORSOrigins}))

	role := awsiam.Role_FromRoleArn(s.scope, jsii.String("ImportedRole"), sub(roleARN(anyEnvironment.GatewayRoleName())), &awsiam.FromRoleArnOptions{Mutable: jsii.Bool(false)})
	validator := rest.AddRequestValidator(jsii.String("Validator"), &awsapigateway.RequestValidatorOptions{
		RequestValidatorName: jsii.String("everything"), ValidateRequestBody: jsii.Bool(true), ValidateRequestParameters: jsii.Bool(true),
	})
	version := rest.Root().AddResource(jsii.String("v1"), nil)
	for _, door := range doors {
		resource := version.AddResource(jsii.String(door.path), nil)
		resource.AddMethod(jsii.String("POST"), toQueue(door.queue, role), &awsapigateway.MethodOptions{
			ApiKeyRequired:   jsii.Bool(true),
			RequestValidator: validator,
			RequestModels:    &map[string]awsapigateway.IModel{jsonType: s.model(rest, door.queue)},
			MethodResponses:  methodResponses("202", "413", "502"),
		})
		resource.AddMethod(jsii.String("OPTIONS"), preflight(), &awsapigateway.MethodOptions{
			ApiKeyRequired: jsii.Bool(false), MethodResponses: methodResponses("204"),
		})
	}
	s.access(rest)
	s.publish(platform.RESTEndpoint, awscdk.Fn_Sub(jsii.String("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"+s.tier.Stage), &map[string]*string{"Api": rest.RestApiId()}))
}

func (s stack) restStage() *awsapigateway.StageOptions {
	logs := awslogs.LogGroup_FromLogGroupName(s.scope, jsii.String("RestLogs"), s.logGroup("RestAccessLogs", s.env.RESTLogGroup()).Ref())
	return &awsapigateway.StageOptions{
		StageName:            jsii.String(s.tier.Stage),
		ThrottlingRateLimit:  number(s.tier.RESTRate),
		ThrottlingBurstLimit: number(s.tier.RESTBurst),
		MetricsEnabled:       jsii.Bool(true),
		// Execution logs land in a group of API Gateway's own, without retention.
		LoggingLevel:         awsapigateway.MethodLoggingLevel_OFF,
		DataTraceEnabled:     jsii.Bool(false),
		TracingEnabled:       jsii.Bool(s.tier.Tracing == "Active"),
		AccessLogDestination: awsapigateway.NewLogGroupLogDestination(logs),
		AccessLogFormat: awsapigateway.AccessLogFormat_Custom(accessLog(
			"requestId", "extendedRequestId", "requestTime", "httpMethod", "resourcePath", "status", "responseLength",
			"identity.sourceIp", "identity.apiKeyId", "integration.status", "integration.latency", "error.message", "error.responseType",
		)),
	}
}

// model is the JSON Schema that bodies are checked against.
func (s stack) model(rest awsapigateway.RestApi, q platform.Queue) awsapigateway.IModel {
	var document map[string]any
	if err := json.Unmarshal(schema.Of(q), &document); err != nil {
		panic("lambdas/schema of " + string(q) + ": " + err.Error())
	}
	title := document["title"].(string)
	model := awsapigateway.NewCfnModel(s.scope, jsii.String(title+"Model"), &awsapigateway.CfnModelProps{
		RestApiId: rest.RestApiId(), Name: jsii.String(title), ContentType: jsii.String(jsonType), Schema: document,
	})
	// A deployment is a snapshot: another schema takes another one, made after it.
	rest.LatestDeployment().AddToLogicalId(document)
	rest.LatestDeployment().Node().AddDependency(model)
	return awsapigateway.Model_FromModelName(s.scope, jsii.String(title), model.Ref())
}

// access is the API key of the application's server side, and its usage plan.
func (s stack) access(rest awsapigateway.RestApi) {
	key := rest.AddApiKey(jsii.String("RestApiKey"), &awsapigateway.ApiKeyOptions{
		ApiKeyName: jsii.String(s.env.APIKeyName()), Description: jsii.String("The Next.js application's server side"),
	})
	plan := rest.AddUsagePlan(jsii.String("UsagePlan"), &awsapigateway.UsagePlanProps{
		Name:      jsii.String(s.env.UsagePlanName()),
		ApiStages: &[]*awsapigateway.UsagePlanPerApiStage{{Api: rest, Stage: rest.DeploymentStage()}},
		Throttle:  &awsapigateway.ThrottleSettings{RateLimit: number(s.tier.RESTRate), BurstLimit: number(s.tier.RESTBurst)},
		Quota:     &awsapigateway.QuotaSettings{Limit: number(s.tier.RESTQuota), Period: awsapigateway.Period_DAY},
	})
	plan.AddApiKey(key, nil)
	awscdk.NewCfnOutput(s.scope, jsii.String("RestApiKeyId"), &awscdk.CfnOutputProps{
		Value: key.KeyId(), Description: jsii.String("Id of the REST API's key; its value: aws apigateway get-api-key --include-value"),
	})
}

const (
	jsonType = "application/json"
	// originsVariable is the stage variable with the origins: changing it takes
	// no new deployment.
	originsVariable = "corsOrigins"
)

// allowOrigin answers a browser of a known origin with the CORS header. HTTP/2
// writes the request header's name in small letters.
var allowOrigin = strings.Join([]string{
	`#set($origin = $input.params().header.get("Origin"))`,
	`#if(!$origin || $origin == "")#set($origin = $input.params().header.get("origin"))#end`,
	`#set($known = ",$stageVariables.` + originsVariable + `,")`,
	`#if($origin && $origin != "" && $known.contains(",$origin,"))`,
	`#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)`,
	`#set($context.responseOverride.header.Vary = "Origin")`,
	`#end`,
}, "\n")

// allowRequest goes on to say what such a browser may send.
var allowRequest = allowOrigin + strings.Join([]string{
	``,
	`#set($context.responseOverride.header.Access-Control-Allow-Methods = "OPTIONS,POST")`,
	`#set($context.responseOverride.header.Access-Control-Allow-Headers = "Content-Type,X-Api-Key")`,
	`#set($context.responseOverride.header.Access-Control-Max-Age = "3000")`,
}, "\n")

// accepted answers with the id of the message in the queue.
var accepted = allowOrigin + "\n" + `{"messageId":"$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"}`

// refused answers what the queue did not take. A message that is longer than SQS
// takes is the caller's fault, while API Gateway lets ten times as much through;
// all else is ours, and counts as an error of the API.
var refused = allowOrigin + strings.Join([]string{
	``,
	`#if($input.path('$.Error.Code') == "InvalidParameterValue")`,
	`#set($context.responseOverride.status = 413)`,
	`{"message":"The body is too long for the queue","requestId":"$context.requestId"}`,
	`#else`,
	`{"message":"The queue did not take the message","requestId":"$context.requestId"}`,
	`#end`,
}, "\n")

// toQueue sends the checked body to the queue and answers with the message's id.
func toQueue(q platform.Queue, role awsiam.IRole) awsapigateway.Integration {
	return awsapigateway.NewAwsIntegration(&awsapigateway.AwsIntegrationProps{
		Service:               jsii.String("sqs"),
		Path:                  sub("${AWS::AccountId}/" + anyEnvironment.QueueName(q)),
		IntegrationHttpMethod: jsii.String("POST"),
		Options: &awsapigateway.IntegrationOptions{
			CredentialsRole:     role,
			PassthroughBehavior: awsapigateway.PassthroughBehavior_NEVER,
			RequestParameters: &map[string]*string{
				"integration.request.header.Accept":       jsii.String("'" + jsonType + "'"),
				"integration.request.header.Content-Type": jsii.String("'application/x-www-form-urlencoded'"),
			},
			RequestTemplates: &map[string]*string{
				jsonType: jsii.String("Action=SendMessage&MessageBody=$util.urlEncode($input.body)"),
			},
			IntegrationResponses: &[]*awsapigateway.IntegrationResponse{
				{
					StatusCode: jsii.String("202"), SelectionPattern: jsii.String("200"),
					ResponseTemplates: &map[string]*string{jsonType: jsii.String(accepted)},
				},
				{StatusCode: jsii.String("502"), ResponseTemplates: &map[string]*string{jsonType: jsii.String(refused)}},
			},
		},
	})
}

// preflight answers a browser's OPTIONS request.
func preflight() awsapigateway.Integration {
	return awsapigateway.NewMockIntegration(&awsapigateway.IntegrationOptions{
		PassthroughBehavior: awsapigateway.PassthroughBehavior_NEVER,
		RequestTemplates:    &map[string]*string{jsonType: jsii.String(`{"statusCode":204}`)},
		IntegrationResponses: &[]*awsapigateway.IntegrationResponse{{
			StatusCode: jsii.String("204"), ResponseTemplates: &map[string]*string{jsonType: jsii.String(allowRequest)},
		}},
	})
}

func methodResponses(codes ...string) *[]*awsapigateway.MethodResponse {
	var responses []*awsapigateway.MethodResponse
	for _, code := range codes {
		responses = append(responses, &awsapigateway.MethodResponse{StatusCode: jsii.String(code)})
	}
	return &responses
}
