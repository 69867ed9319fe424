package overview_test

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/metrics/example"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/overview"
)

// bare is an account in which nothing is deployed, as the sandbox answers for it.
func bare(t *testing.T) *metrics.Collector {
	env, clocks := example.Healthy().Environment, drive.At(example.Night)
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	s, err := cloud.Open(t.Context(), cloud.Options{Environment: env, Local: &cloud.Local{
		Endpoint: wire.LocalEndpoint, Region: sandbox.DefaultRegion, AccessKeyID: sandbox.DefaultAccessKey, SecretKey: sandbox.DefaultSecret, Transport: box.Transport(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return metrics.New(metrics.Clients{
		Metrics: s.CloudWatch(), Alarms: s.CloudWatch(), Parameters: s.SSM(), Consumers: s.Lambda(),
		Stacks: deploy.New(deploy.Clients{CloudFormation: s.CloudFormation(), SSM: s.SSM(), S3: s.S3(), IAM: s.IAM(), APIGateway: s.APIGateway()},
			deploy.Settings{Account: sandbox.DefaultAccount, Region: sandbox.DefaultRegion, Loopback: true, Clock: clock.Wall{}, Random: rand.Reader}),
		Queues: queues.New(queues.Clients{SQS: s.SQS(), Logs: s.Logs(), Metrics: s.CloudWatch(), Consumers: s.Lambda()},
			queues.Settings{Environment: env, Clock: clock.Wall{}, Folder: t.TempDir()}),
		Secrets: &secrets.Vault{API: s.SecretsManager(), Environment: env, Clock: clock.Wall{}},
	}, metrics.Settings{Environment: env, Account: "482100000912", Region: "us-east-1", Clock: clocks})
}

func TestAnEnvironmentThatIsNotDeployedSaysSo(t *testing.T) {
	openWith(t, func(t *testing.T) overview.Source { return bare(t) }, func(_ *testing.T, s *screen) {
		s.Advance(10 * time.Second)
		s.Golden("empty")
	})
}
