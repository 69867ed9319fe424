package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// documented gives the services by the names that docs/sandbox.md has for them.
func (s *Services) documented() map[string]*wire.Service {
	return map[string]*wire.Service{
		"API Gateway":                s.APIGateway.Wire(),
		"API Gateway v2":             s.APIGatewayV2.Wire(),
		"API Gateway Management API": s.APIGatewayV2.Management(),
		"CloudFormation":             s.CloudFormation.Wire(),
		"CloudFront":                 s.CloudFront.Wire(),
		"CloudTrail":                 s.CloudTrail.Wire(),
		"CloudWatch":                 s.CloudWatch.Wire(),
		"CloudWatch Logs":            s.Logs.Wire(),
		"DynamoDB":                   s.DynamoDB.Wire(),
		"EC2":                        s.EC2.Wire(),
		"ElastiCache":                s.ElastiCache.Wire(),
		"IAM":                        s.IAM.Wire(),
		"KMS":                        s.KMS.Wire(),
		"Lambda":                     s.Lambda.Wire(),
		"Secrets Manager":            s.SecretsManager.Wire(),
		"SNS":                        s.SNS.Wire(),
		"SQS":                        s.SQS.Wire(),
		"SSM":                        s.SSM.Wire(),
		"STS":                        s.STS.Wire(),
	}
}

// described finds a service's section: its number of operations, and their names.
var described = regexp.MustCompile(`(?s)### ([^\n]+)\n\n(\d+) operations?: ([^\n]+)\.\n`)

func TestTheDocumentHasTheOperationsThatAreRegistered(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "sandbox.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string][]string{}
	for _, found := range described.FindAllStringSubmatch(string(content), -1) {
		sections[found[1]] = found[2:]
	}
	services, total := s.documented(), 0
	if len(services) != len(s.wired())-1 { // S3 is spoken by its objects' server
		t.Errorf("%d services are wired, %d documented", len(s.wired()), len(services))
	}
	for name, service := range services {
		var names []string
		for _, operation := range service.Operations() {
			names = append(names, operation.Name)
		}
		total += len(names)
		want := []string{fmt.Sprint(len(names)), strings.Join(names, ", ")}
		if got := sections[name]; len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%s is documented as %s,\nit has %s operations: %s.", name, got, want[0], want[1])
		}
	}
	types := 0
	for _, owner := range s.owners() {
		types += len(owner.Resources())
	}
	if kinds := fmt.Sprintf("%d of them", types); !strings.Contains(string(content), kinds) {
		t.Errorf("the document does not say of resource types: %s", kinds)
	}
	if sum := fmt.Sprintf("%d operations in %d services", total, len(services)); !strings.Contains(string(content), sum) {
		t.Errorf("the document does not say: %s", sum)
	}
}
