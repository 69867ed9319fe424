package assembly_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// policies are what becomes of a resource with its stack and with its replacement.
type policies struct{ deletion, replacement string }

func TestProductionDataOutlivesItsStack(t *testing.T) {
	// Kept, unless the deployment that made it failed: then a second try would meet
	// the name taken.
	kept, gone := policies{"RetainExceptOnCreate", "Retain"}, policies{"Delete", "Delete"}
	withData := map[platform.Stack][]string{
		platform.Security: {"AiSecret", "IntegrationsSecret", "DatabaseSecret"},
		platform.Database: {"MainTable"},
		platform.Storage:  {"UserUploads", "PublicAssets", "ToolAssets"},
	}
	everyTier(t, func(t *testing.T, e estate) {
		want, cache := gone, gone
		if e.env.IsProduction() {
			want, cache = kept, policies{"Snapshot", "Snapshot"}
		}
		for stack, paths := range withData {
			for _, path := range paths {
				if got := e.policies(t, stack, path); got != want {
					t.Errorf("%s %s: %v, want %v", stack, path, got, want)
				}
			}
		}
		if got := e.policies(t, platform.Database, "Redis"); got != cache {
			t.Errorf("Redis: %v, want %v", got, cache)
		}
	})
}

func (e estate) policies(t *testing.T, stack platform.Stack, path string) policies {
	resource := e.templates[stack].Resources[e.id(t, stack, path)]
	return policies{fmt.Sprint(resource["DeletionPolicy"]), fmt.Sprint(resource["UpdateReplacePolicy"])}
}

func TestOnlyProductionPaysForProtection(t *testing.T) {
	type table struct{ recovery, protected bool }
	for tier, want := range map[platform.Tier]struct {
		table     table
		snapshots int
		endpoints int
		tracing   string
		logDays   int
	}{
		platform.Development: {table{false, false}, 0, 1, "PassThrough", 14},
		platform.Production:  {table{true, true}, 7, 2, "Active", 90},
	} {
		t.Run(string(tier), func(t *testing.T) {
			e := estateOf(t, "dev-eu", tier)
			e.want(t, platform.Database, "MainTable", "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", want.table.recovery)
			e.want(t, platform.Database, "MainTable", "DeletionProtectionEnabled", want.table.protected)
			e.want(t, platform.Database, "Redis", "SnapshotRetentionLimit", want.snapshots)
			if got := len(e.get(t, platform.Database, "Vpc/SecretsManagerEndpoint", "SubnetIds").([]any)); got != want.endpoints {
				t.Errorf("the Secrets Manager endpoint is in %d subnets, want %d", got, want.endpoints)
			}
			for _, path := range e.typed(platform.Compute, "AWS::Lambda::Function") {
				e.want(t, platform.Compute, path, "TracingConfig.Mode", want.tracing)
			}
			for _, stack := range []platform.Stack{platform.Compute, platform.API} {
				for _, path := range e.typed(stack, "AWS::Logs::LogGroup") {
					e.want(t, stack, path, "RetentionInDays", want.logDays)
				}
			}
		})
	}
}

func TestQueuesGiveTheirFunctionsTime(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for queue, function := range map[string]string{"AiProcessing": "AiProcessor", "Analytics": "AnalyticsProcessor", "Email": "EmailProcessor"} {
			// AWS advises six times the timeout, so that a throttled batch is tried
			// again before its messages come back.
			timeout := number(t, e.get(t, platform.Compute, function, "Timeout"))
			if got := number(t, e.get(t, platform.Database, queue+"Queue", "VisibilityTimeout")); got != 6*timeout || got > 12*3600 {
				t.Errorf("%s: visibility %g s, timeout %g s", queue, got, timeout)
			}
			// Lambda takes 2 to 1000.
			if got := number(t, e.get(t, platform.Compute, function+"Trigger", "ScalingConfig.MaximumConcurrency")); got < 2 || got > 1000 {
				t.Errorf("%s: concurrency %g", queue, got)
			}
			// Without a window of its own, Lambda takes batches of up to 10.
			if got := number(t, e.get(t, platform.Compute, function+"Trigger", "BatchSize")); got < 1 || got > 10 {
				t.Errorf("%s: batches of %g", queue, got)
			}
			e.want(t, platform.Database, queue+"Dlq", "RedriveAllowPolicy.redrivePermission", "byQueue")
			e.want(t, platform.Database, queue+"Dlq", "RedriveAllowPolicy.sourceQueueArns.0", "arn:aws:sqs:"+region+":"+account+":"+e.get(t, platform.Database, queue+"Queue", "QueueName").(string))
		}
		e.want(t, platform.Compute, "AiProcessorTrigger", "BatchSize", 1)
	})
}

// number reads a JSON number.
func number(t *testing.T, value any) float64 {
	t.Helper()
	var n float64
	if _, err := fmt.Sscan(fmt.Sprint(value), &n); err != nil {
		t.Fatalf("%v is no number", value)
	}
	return n
}

// The function in the VPC finds Secrets Manager by its public name, which takes both.
func TestEndpointsAnswerToThePublicNames(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		e.want(t, platform.Database, "Vpc", "EnableDnsHostnames", true)
		e.want(t, platform.Database, "Vpc", "EnableDnsSupport", true)
		e.want(t, platform.Database, "Vpc/SecretsManagerEndpoint", "PrivateDnsEnabled", true)
		routes := e.get(t, platform.Database, "Vpc/DynamoDbEndpoint", "RouteTableIds").([]any)
		if tables := e.typed(platform.Database, "AWS::EC2::RouteTable"); len(routes) != len(tables) {
			t.Errorf("DynamoDB is reached from %d of %d route tables", len(routes), len(tables))
		}
	})
}

// AWS takes failover and Multi-AZ only for two nodes or more, and AUTH only with TLS.
func TestRedisIsWhatElastiCacheTakes(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		get := func(property string) any { return e.get(t, platform.Database, "Redis", property) }
		several := number(t, get("NumCacheClusters")) >= 2
		if get("AutomaticFailoverEnabled") != several || get("MultiAZEnabled") != several {
			t.Errorf("%v nodes, failover %v, Multi-AZ %v", get("NumCacheClusters"), get("AutomaticFailoverEnabled"), get("MultiAZEnabled"))
		}
		if get("AuthToken") == nil || get("TransitEncryptionEnabled") != true {
			t.Errorf("AUTH without TLS: %v", get("TransitEncryptionEnabled"))
		}
	})
}

// The debug user of the seed's application is nobody in production: there is no
// parameter that an operator could set, and no variable that a function could read.
func TestOnlyTheDevelopmentTierKnowsADebugUser(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		wanted := e.env.Tier == platform.Development
		compute := e.templates[platform.Compute]
		if _, has := compute.Parameters[platform.ParameterDebugUser]; has != wanted {
			t.Errorf("the template has the parameter %s: %t", platform.ParameterDebugUser, has)
		}
		if has := bytes.Contains(compute.body, []byte(platform.FunctionDebugUser)); has != wanted {
			t.Errorf("a function has the variable %s: %t", platform.FunctionDebugUser, has)
		}
	})
}
