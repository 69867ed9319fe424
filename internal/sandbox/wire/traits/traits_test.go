package traits_test

import (
	"os"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/wire/traits"
)

func TestEveryTableLoads(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, entry := range entries {
		name, isTable := strings.CutSuffix(entry.Name(), ".json")
		if isTable {
			count++
			if first := traits.Of(name); first == nil || first != traits.Of(name) {
				t.Errorf("%s does not load, or loads twice", name)
			}
		}
	}
	if count < 16 {
		t.Errorf("only %d tables are here", count)
	}
	if traits.Of("s3") != nil {
		t.Error("there is a table for S3, which has no typed operations")
	}
}

// The facts are from the services' API references.
func TestTablesKnowTheExceptions(t *testing.T) {
	for _, c := range []struct{ what, got, want string }{
		{"a filter of SSM", traits.Of("ssm").Names["AssociationFilter.Key"], "key"},
		{"a prefix of Logs", traits.Of("cloudwatchlogs").Names["DescribeDestinationsInput.DestinationNamePrefix"], "DestinationNamePrefix"},
		{"aliases of CloudFront", traits.Of("cloudfront").Lists["Aliases.Items"], "CNAME"},
		{"attributes of SNS", traits.Of("sns").Lists["PublishInput.MessageAttributes"], "entry/Name/Value"},
		{"clusters of ElastiCache", traits.Of("elasticache").Lists["DescribeCacheClustersOutput.CacheClusters"], "CacheCluster"},
		{"dates of API Gateway v2", traits.Of("apigatewayv2").Times["Api.CreatedDate"], "date-time"},
		{"a code of IAM", traits.Of("iam").Errors["NoSuchEntityException"].Code, "NoSuchEntity"},
		{"a path of Lambda", traits.Of("lambda").Routes["GetFunction"].Path, "/2015-03-31/functions/{FunctionName}"},
		{"a queue's tags", traits.Of("sqs").Names["CreateQueueInput.Tags"], "tags"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, expected %q", c.what, c.got, c.want)
		}
	}
	if s := traits.Of("lambda").Errors["ResourceNotFoundException"].Status; s != 404 {
		t.Errorf("a function that is not there has the status %d", s)
	}
}
