package stacks

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// api has the WebSocket API for browsers and the REST API for other servers.
func api(s stack) {
	s.webSocket()
	s.connections()
	s.rest()
}

const webSocketID = "WebSocketApi"

const defaultRoute = "$default"

// routeKeys are what API Gateway can tell apart without reading messages.
var routeKeys = []string{"$connect", "$disconnect", defaultRoute}

func (s stack) webSocket() {
	socket := awsapigatewayv2.NewCfnApi(s.scope, jsii.String(webSocketID), &awsapigatewayv2.CfnApiProps{
		Name:                     jsii.String(s.env.WebSocketAPIName()),
		Description:              jsii.String("Real-time updates"),
		ProtocolType:             jsii.String("WEBSOCKET"),
		RouteSelectionExpression: jsii.String("$request.body.action"),
	})
	handler := s.functionARN(platform.WebSocketHandler)
	integration := awsapigatewayv2.NewCfnIntegration(s.scope, jsii.String("WebSocketIntegration"), &awsapigatewayv2.CfnIntegrationProps{
		ApiId:           socket.Ref(),
		IntegrationType: jsii.String("AWS_PROXY"), IntegrationMethod: jsii.String("POST"),
		IntegrationUri: sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/" + handler + "/invocations"),
	})
	stage := s.webSocketStage(socket)
	// The stage's first deployment would otherwise find no routes.
	for _, piece := range s.routes(socket, integration) {
		stage.AddDependency(piece)
	}
	awslambda.NewCfnPermission(s.scope, jsii.String("WebSocketPermission"), &awslambda.CfnPermissionProps{
		Action:       jsii.String("lambda:InvokeFunction"),
		FunctionName: sub(handler),
		Principal:    jsii.String("apigateway.amazonaws.com"),
		SourceArn:    sub(arn("execute-api", "${"+webSocketID+"}/*")),
	})
}

// routes leads every message to the integration. $default alone has a response:
// API Gateway would drop what the handler answers there, while a connection is let
// in or refused by the status.
func (s stack) routes(socket awsapigatewayv2.CfnApi, integration awsapigatewayv2.CfnIntegration) []awscdk.CfnResource {
	var pieces []awscdk.CfnResource
	for _, key := range routeKeys {
		route := awsapigatewayv2.NewCfnRoute(s.scope, jsii.String(pascal("web-socket", key[1:], "route")), &awsapigatewayv2.CfnRouteProps{
			ApiId: socket.Ref(), RouteKey: jsii.String(key),
			// The handler checks the session token on $connect.
			AuthorizationType: jsii.String("NONE"),
			Target:            sub("integrations/${" + *integration.Node().Id() + "}"),
		})
		pieces = append(pieces, route)
		if key == defaultRoute {
			route.SetRouteResponseSelectionExpression(jsii.String(defaultRoute))
			pieces = append(pieces, awsapigatewayv2.NewCfnRouteResponse(s.scope, jsii.String("WebSocketDefaultResponse"), &awsapigatewayv2.CfnRouteResponseProps{
				ApiId: socket.Ref(), RouteId: route.Ref(), RouteResponseKey: jsii.String(defaultRoute),
			}))
		}
	}
	return pieces
}

func (s stack) webSocketStage(socket awsapigatewayv2.CfnApi) awsapigatewayv2.CfnStage {
	logs := s.logGroup("WebSocketAccessLogs", s.env.WebSocketLogGroup())
	stage := awsapigatewayv2.NewCfnStage(s.scope, jsii.String("WebSocketStage"), &awsapigatewayv2.CfnStageProps{
		ApiId:      socket.Ref(),
		StageName:  jsii.String(s.tier.Stage),
		AutoDeploy: true,
		DefaultRouteSettings: &awsapigatewayv2.CfnStage_RouteSettingsProperty{
			ThrottlingRateLimit: number(s.tier.MessageRate), ThrottlingBurstLimit: number(s.tier.MessageBurst),
			// Execution logs would hold the query string, and with it the session token.
			LoggingLevel: jsii.String("OFF"), DataTraceEnabled: false, DetailedMetricsEnabled: true,
		},
		AccessLogSettings: &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
			DestinationArn: logs.AttrArn(),
			Format: accessLog(
				"requestId", "extendedRequestId", "requestTime", "eventType", "routeKey", "connectionId", "status",
				"identity.sourceIp", "integration.status", "integration.latency", "integration.error", "error.message",
			),
		},
	})
	address := "${" + webSocketID + "}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + s.tier.Stage
	s.publish(platform.WebSocketEndpoint, sub("wss://"+address))
	s.publish(platform.WebSocketAPIID, socket.Ref())
	return stage
}

// accessLog is a line of JSON with the context variables named: nothing of the
// query string, where session tokens travel, nor of bodies, which validation errors
// quote.
func accessLog(variables ...string) *string {
	line := map[string]string{}
	for _, name := range variables {
		line[name] = "$context." + name
	}
	text, _ := json.Marshal(line) // a map of strings always encodes
	return jsii.String(string(text))
}

// connections lets the AI processor send to this one API; the handler answers by what it
// returns. It stands here because only this stack knows the API's id.
func (s stack) connections() {
	awsiam.NewCfnManagedPolicy(s.scope, jsii.String("ConnectionsPolicy"), &awsiam.CfnManagedPolicyProps{
		ManagedPolicyName: jsii.String(s.env.ConnectionsPolicyName()),
		Description:       jsii.String("Send to the connections of the WebSocket API"),
		PolicyDocument: document(statement{
			sid: "SendToConnections", actions: []string{"execute-api:ManageConnections"},
			resources: []string{arn("execute-api", "${"+webSocketID+"}/"+s.tier.Stage+"/*/@connections/*")},
		}),
		Roles: stringList(s.env.FunctionRoleName(platform.AIProcessor)),
	})
}
