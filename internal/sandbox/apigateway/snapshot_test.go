package apigateway_test

import (
	"fmt"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAStageServesItsDeploymentAndNotTheLiveAPI(t *testing.T) {
	r := deployReal(t, oracle.Host())
	v1 := r.stack.Create("AWS::ApiGateway::Resource", "Later", fmt.Sprintf(`{"RestApiId":%q,"ParentId":%q,"PathPart":"later"}`, r.api, turned(r.api)))
	method := fmt.Sprintf(`{"RestApiId":%q,"ResourceId":%q,"HttpMethod":"GET","AuthorizationType":"NONE","Integration":{"Type":"MOCK",
		"RequestTemplates":{"application/json":"{\"statusCode\":200}"},"IntegrationResponses":[{"StatusCode":"200","ResponseParameters":{"method.response.header.X-Stage":"stageVariables.corsOrigins"},
		"ResponseTemplates":{"application/json":"$input.params('q')"}}]},"MethodResponses":[{"StatusCode":"200"}]}`, r.api, v1.PhysicalID)
	if _, err := r.stack.Try("AWS::ApiGateway::Method", "Get", method); err != nil {
		t.Fatal(err)
	}
	if response, _ := r.ask(t, "GET", "/later", ""); response.StatusCode != 403 {
		t.Errorf("an undeployed method answers %d", response.StatusCode)
	}
	deployment := r.stack.Create("AWS::ApiGateway::Deployment", "Next", fmt.Sprintf(`{"RestApiId":%q}`, r.api)).PhysicalID
	stage := fmt.Sprintf(`{"RestApiId":%q,"StageName":"dev","DeploymentId":%q,"Variables":{"corsOrigins":"https://b"}}`, r.api, deployment)
	r.stack.Update("AWS::ApiGateway::Stage", "Stage", "dev", stage, stage)
	response, body := r.ask(t, "GET", "/later?q=1", "")
	if response.StatusCode != 200 || body != "1" || response.Header.Get("X-Stage") != "https://b" {
		t.Errorf("a deployed method answers %d %q %v", response.StatusCode, body, response.Header)
	}
}

// turned is the id of an API's root resource.
func turned(id string) string {
	out := ""
	for _, c := range id {
		out = string(c) + out
	}
	return out
}
