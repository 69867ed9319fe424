package apigateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	service "github.com/keyvex/keyvex/internal/sandbox/apigateway"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

type roles struct{}

func (roles) RoleExists(arn string) bool { return strings.HasSuffix(arn, ":role/logs") }

const logsRole = "arn:aws:iam::123456789012:role/logs"

// made is a REST API with POST /v1/jobs and OPTIONS, deployed.
type made struct {
	*oracle.Stack
	service                                  *service.Service
	client                                   *apigateway.Client
	api, v1, jobs, validator, post, deployed string
}

func deployed(t *testing.T) made {
	t.Helper()
	s := service.New(oracle.Host(), service.Siblings{Roles: roles{}})
	m := made{Stack: oracle.NewStack(t, s.Resources()), service: s, client: apigateway.NewFromConfig(oracle.Config(s.Wire()))}
	api := m.Create("AWS::ApiGateway::RestApi", "Api", `{"Name":"keyvex-rest","Description":"d","EndpointConfiguration":{"Types":["REGIONAL"]}}`)
	m.api = api.PhysicalID
	m.v1 = m.Create("AWS::ApiGateway::Resource", "V1", fmt.Sprintf(`{"RestApiId":%q,"ParentId":%q,"PathPart":"v1"}`, m.api, api.Attributes["RootResourceId"])).PhysicalID
	m.jobs = m.Create("AWS::ApiGateway::Resource", "Jobs", fmt.Sprintf(`{"RestApiId":%q,"ParentId":%q,"PathPart":"jobs"}`, m.api, m.v1)).PhysicalID
	m.Create("AWS::ApiGateway::Model", "Job", fmt.Sprintf(`{"RestApiId":%q,"Name":"Job","ContentType":"application/json","Schema":{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}}`, m.api))
	m.validator = m.Create("AWS::ApiGateway::RequestValidator", "Validator", fmt.Sprintf(`{"RestApiId":%q,"Name":"body","ValidateRequestBody":true,"ValidateRequestParameters":false}`, m.api)).PhysicalID
	m.post = fmt.Sprintf(`{"RestApiId":%q,"ResourceId":%q,"HttpMethod":"POST","ApiKeyRequired":true,"AuthorizationType":"NONE","RequestModels":{"application/json":"Job"},"RequestValidatorId":%q,
		"Integration":{"Type":"AWS","IntegrationHttpMethod":"POST","Uri":"arn:aws:apigateway:us-east-1:sqs:path/123456789012/q","Credentials":%q,"PassthroughBehavior":"NEVER",
		"RequestTemplates":{"application/json":"Action=SendMessage"},"IntegrationResponses":[{"StatusCode":"202"},{"StatusCode":"502","SelectionPattern":"5\\d{2}"}]},
		"MethodResponses":[{"StatusCode":"202"},{"StatusCode":"502"}]}`, m.api, m.jobs, m.validator, logsRole)
	m.Create("AWS::ApiGateway::Method", "Post", m.post)
	m.deployed = m.Create("AWS::ApiGateway::Deployment", "Deployment", fmt.Sprintf(`{"RestApiId":%q,"Description":"d"}`, m.api)).PhysicalID
	return m
}

func (m made) stage() string {
	return fmt.Sprintf(`{"RestApiId":%q,"StageName":"dev","DeploymentId":%q,"TracingEnabled":false,"Variables":{"corsOrigins":"https://a"},
		"AccessLogSetting":{"DestinationArn":"arn:aws:logs:us-east-1:123456789012:log-group:l:*","Format":"$context.requestId"},
		"MethodSettings":[{"DataTraceEnabled":false,"HttpMethod":"*","LoggingLevel":"OFF","MetricsEnabled":true,"ResourcePath":"/*","ThrottlingBurstLimit":100,"ThrottlingRateLimit":50}]}`, m.api, m.deployed)
}

func (m made) allowLogs(t *testing.T) {
	t.Helper()
	patch := []types.PatchOperation{{Op: types.OpReplace, Path: new("/cloudwatchRoleArn"), Value: new(logsRole)}}
	if _, err := m.client.UpdateAccount(t.Context(), &apigateway.UpdateAccountInput{PatchOperations: patch}); err != nil {
		t.Fatal(err)
	}
}

func TestLogsNeedTheAccountsRole(t *testing.T) {
	m := deployed(t)
	_, err := m.Try("AWS::ApiGateway::Stage", "Stage", m.stage())
	if err == nil || err.Error() != "CloudWatch Logs role ARN must be set in account settings to enable logging" {
		t.Errorf("without a role: %v", err)
	}
	unknown := []types.PatchOperation{{Op: types.OpReplace, Path: new("/cloudwatchRoleArn"), Value: new("arn:aws:iam::123456789012:role/none")}}
	if _, err := m.client.UpdateAccount(t.Context(), &apigateway.UpdateAccountInput{PatchOperations: unknown}); oracle.Code(err) != "BadRequestException" {
		t.Errorf("an unknown role: %v", err)
	}
	m.allowLogs(t)
	account, err := m.client.GetAccount(t.Context(), &apigateway.GetAccountInput{})
	if err != nil || *account.CloudwatchRoleArn != logsRole || m.service.LogsRole() != logsRole {
		t.Errorf("the account is %+v %v", account, err)
	}
	m.Create("AWS::ApiGateway::Stage", "Stage", m.stage())
}

func TestRESTAPIsLiveAsResources(t *testing.T) {
	m := deployed(t)
	m.allowLogs(t)
	m.Create("AWS::ApiGateway::Stage", "Stage", m.stage())
	key := m.Create("AWS::ApiGateway::ApiKey", "Key", fmt.Sprintf(`{"Name":"keyvex","Enabled":true,"Description":"d","StageKeys":[{"RestApiId":%q,"StageName":"dev"}]}`, m.api))
	plan := fmt.Sprintf(`{"UsagePlanName":"plan","ApiStages":[{"ApiId":%q,"Stage":"dev","Throttle":{}}],"Quota":{"Limit":100000,"Period":"DAY"},"Throttle":{"BurstLimit":100,"RateLimit":50}}`, m.api)
	planID, err := m.Try("AWS::ApiGateway::UsagePlan", "Plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	planKey := fmt.Sprintf(`{"KeyId":%q,"KeyType":"API_KEY","UsagePlanId":%q}`, key.PhysicalID, planID.PhysicalID)
	m.Create("AWS::ApiGateway::UsagePlanKey", "PlanKey", planKey)
	m.Create("AWS::ApiGateway::GatewayResponse", "Throttled", fmt.Sprintf(`{"RestApiId":%q,"ResponseType":"THROTTLED","StatusCode":"429"}`, m.api))

	for _, c := range []struct{ command, want string }{
		{"get-rest-apis", `"name":"keyvex-rest"`},
		{"get-resources --rest-api-id " + m.api + " --embed methods", `"path":"/v1/jobs"`},
		{"get-integration --http-method POST --resource-id " + m.jobs + " --rest-api-id " + m.api, `"502":{"selectionPattern":"5\\d{2}","statusCode":"502"}`},
		{"get-stages --rest-api-id " + m.api, `"methodSettings":{"*/*":`},
		{"get-models --rest-api-id " + m.api, `"schema":"{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"type\":\"object\"}"`},
		{"get-usage-plan-keys --usage-plan-id " + planID.PhysicalID, `"name":"keyvex"`},
	} {
		out, err := oracle.AWS(t, m.service.Wire(), append([]string{"apigateway"}, strings.Fields(c.command)...)...)
		text, _ := json.Marshal(out)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %s %v", c.command, text, err)
		}
	}
	for typ, id := range map[string]string{"Deployment": m.deployed, "Model": "Job", "RequestValidator": m.validator, "Stage": "dev", "RestApi": m.api} {
		if err := m.TryDelete("AWS::ApiGateway::"+typ, "X", id, fmt.Sprintf(`{"RestApiId":%q}`, m.api)); err == nil {
			t.Errorf("%s was deleted while in use", typ)
		}
	}
	m.Delete("AWS::ApiGateway::UsagePlanKey", "PlanKey", key.PhysicalID+":"+planID.PhysicalID, planKey)
	m.Delete("AWS::ApiGateway::UsagePlan", "Plan", planID.PhysicalID, plan)
	m.Delete("AWS::ApiGateway::Stage", "Stage", "dev", m.stage())
	m.Delete("AWS::ApiGateway::RestApi", "Api", m.api, `{"Name":"keyvex-rest"}`)
	if _, err := m.client.GetResources(t.Context(), &apigateway.GetResourcesInput{RestApiId: &m.api}); oracle.Status(err) != 404 {
		t.Errorf("the resources outlived their API: %v", err)
	}
}

func TestAPIKeysKeepTheirValuesToThemselves(t *testing.T) {
	m := deployed(t)
	const before = `{"Name":"keyvex","Enabled":true}`
	key := m.Create("AWS::ApiGateway::ApiKey", "Key", before).PhysicalID
	hidden, err := m.client.GetApiKey(t.Context(), &apigateway.GetApiKeyInput{ApiKey: &key})
	if err != nil || hidden.Value != nil {
		t.Errorf("shown without being asked: %v %v", hidden, err)
	}
	shown, err := m.client.GetApiKey(t.Context(), &apigateway.GetApiKeyInput{ApiKey: &key, IncludeValue: new(true)})
	if err != nil || len(*shown.Value) != 40 {
		t.Fatalf("not shown: %v %v", shown, err)
	}
	m.Update("AWS::ApiGateway::ApiKey", "Key", key, before, `{"Name":"keyvex","Enabled":false}`)
	after, err := m.client.GetApiKey(t.Context(), &apigateway.GetApiKeyInput{ApiKey: &key, IncludeValue: new(true)})
	if err != nil || *after.Value != *shown.Value || after.Enabled {
		t.Errorf("an update made of it %+v %v", after, err)
	}
}

func TestRefusedPieces(t *testing.T) {
	m := deployed(t)
	for _, c := range []struct{ typ, properties, want string }{
		{"Method", m.post, "Method already exists for this resource"},
		{"Method", strings.Replace(m.post, `"POST"`, `"STEAL"`, 1), "Invalid HttpMethod: STEAL"},
		{"Method", strings.Replace(strings.Replace(m.post, `"POST"`, `"PUT"`, 1), `"Job"`, `"Nope"`, 1), "Invalid model identifier specified: Nope"},
		{"Method", strings.Replace(strings.Replace(m.post, `"POST"`, `"PUT"`, 1), "role/logs", "role/none", 1), "role/none"},
		{"Resource", fmt.Sprintf(`{"RestApiId":%q,"ParentId":%q,"PathPart":"jobs"}`, m.api, m.v1), "Another resource with the same parent already has this name: jobs"},
		{"Resource", fmt.Sprintf(`{"RestApiId":%q,"ParentId":"x","PathPart":"a"}`, m.api), "Invalid Resource identifier specified"},
		{"Model", fmt.Sprintf(`{"RestApiId":%q,"Name":"a-b"}`, m.api), "alphanumeric"},
		{"Model", fmt.Sprintf(`{"RestApiId":%q,"Name":"ab","Schema":"{"}`, m.api), "Invalid model schema"},
		{"Stage", fmt.Sprintf(`{"RestApiId":%q,"StageName":"dev","DeploymentId":"x"}`, m.api), "Deployment id does not exist"},
		{"UsagePlan", fmt.Sprintf(`{"ApiStages":[{"ApiId":%q,"Stage":"dev"}]}`, m.api), "API Stage not found: " + m.api + ":dev"},
		{"ApiKey", `{"Value":"short"}`, "at least 20 characters"},
		{"GatewayResponse", fmt.Sprintf(`{"RestApiId":%q,"ResponseType":"ODD"}`, m.api), "Invalid gateway response type: ODD"},
		{"Deployment", `{"RestApiId":"x"}`, "Invalid API identifier specified 123456789012:x"},
		{"RestApi", `{"Name":"n","Colour":1}`, "extraneous key [Colour]"},
	} {
		if _, err := m.Try("AWS::ApiGateway::"+c.typ, "X", c.properties); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %s", c.typ, c.properties, err, c.want)
		}
	}
}
