package stacks

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/keyvex/keyvex/internal/platform"
)

// suppression is a rule of the AwsSolutions pack that does not apply below a
// construct, and why. It is known to this test alone, so that templates carry
// nothing of it.
type suppression struct {
	rule   string
	stack  platform.Stack
	path   string
	reason string
	// only is the tier that it is for; empty for both.
	only platform.Tier
}

const (
	wildcards     = "every wildcard is named with its own reason in assembly/iam_test.go"
	onConnect     = "the handler checks the session token on $connect; messages come over a connection that was let in"
	operatorsKeys = "the values are issued by third parties, or change together with Redis: keyvex secrets set does it"
	noAccessLogs  = "objects are read through CloudFront or signed URLs; who must keep records of them has CloudTrail's data events"
)

var suppressions = []suppression{
	{rule: "AwsSolutions-SMG4", stack: platform.Security, path: "AiSecret", reason: operatorsKeys},
	{rule: "AwsSolutions-SMG4", stack: platform.Security, path: "IntegrationsSecret", reason: operatorsKeys},
	{rule: "AwsSolutions-SMG4", stack: platform.Security, path: "DatabaseSecret", reason: operatorsKeys},
	{rule: "AwsSolutions-IAM5", stack: platform.Security, path: "AiProcessorRole", reason: wildcards},
	{rule: "AwsSolutions-IAM5", stack: platform.Security, path: "AnalyticsProcessorRole", reason: wildcards},
	{rule: "AwsSolutions-IAM5", stack: platform.Security, path: "WebsocketHandlerRole", reason: wildcards},
	{rule: "AwsSolutions-IAM5", stack: platform.Security, path: "EmailProcessorRole", reason: wildcards},
	{rule: "AwsSolutions-IAM5", stack: platform.Security, path: "ApplicationPolicy", reason: wildcards},
	{rule: "AwsSolutions-IAM5", stack: platform.API, path: "ConnectionsPolicy", reason: wildcards},

	{rule: "AwsSolutions-DDB3", stack: platform.Database, path: "MainTable", only: platform.Development, reason: "development data can be made again"},
	{rule: "AwsSolutions-AEC4", stack: platform.Database, path: "Redis", only: platform.Development, reason: "the seed asks for a single small node in development"},
	{rule: "AwsSolutions-AEC5", stack: platform.Database, path: "Redis", reason: "the seed says port 6379; TLS, AUTH and the security group guard it"},
	{rule: "AwsSolutions-VPC7", stack: platform.Database, path: "Vpc", reason: "isolated subnets: nothing outside can be reached, and two endpoints and Redis inside"},

	{rule: "AwsSolutions-S1", stack: platform.Storage, path: "UserUploads", reason: noAccessLogs},
	{rule: "AwsSolutions-S1", stack: platform.Storage, path: "PublicAssets", reason: noAccessLogs},
	{rule: "AwsSolutions-S1", stack: platform.Storage, path: "ToolAssets", reason: noAccessLogs},
	{rule: "AwsSolutions-CFR1", stack: platform.Storage, path: "Cdn", reason: "the product is offered everywhere"},
	{rule: "AwsSolutions-CFR2", stack: platform.Storage, path: "Cdn", reason: "no WAF: static files only, nothing behind them can be attacked through requests"},
	{rule: "AwsSolutions-CFR3", stack: platform.Storage, path: "Cdn", reason: "no access logs: static files only, and CloudFront's metrics count requests and errors"},
	{rule: "AwsSolutions-CFR4", stack: platform.Storage, path: "Cdn", reason: "without a domain of its own the distribution has CloudFront's certificate, whose protocol cannot be chosen"},

	{rule: "AwsSolutions-APIG4", stack: platform.API, path: "WebSocketConnectRoute", reason: onConnect},
	{rule: "AwsSolutions-APIG4", stack: platform.API, path: "WebSocketDisconnectRoute", reason: onConnect},
	{rule: "AwsSolutions-APIG4", stack: platform.API, path: "WebSocketDefaultRoute", reason: onConnect},
	{rule: "AwsSolutions-APIG4", stack: platform.API, path: "RestApi", reason: "server to server: an API key with a usage plan admits, and OPTIONS must answer browsers without one"},
	{rule: "AwsSolutions-COG4", stack: platform.API, path: "RestApi", reason: "callers are servers with an API key; people sign in with Clerk, not Cognito"},
	{rule: "AwsSolutions-APIG3", stack: platform.API, path: "RestApi", reason: "no WAF: an API key, a usage plan, throttling and a schema stand before the queues"},
	{rule: "AwsSolutions-APIG6", stack: platform.API, path: "RestApi", reason: "execution logs land in a group outside the stack, without retention; access logs and metrics are on"},
}

func (s suppression) applies(tier platform.Tier) bool { return s.only == "" || s.only == tier }

func TestNoFindingOfTheAwsSolutionsPackIsLeft(t *testing.T) {
	needsNode(t)
	for _, tier := range platform.Tiers {
		t.Run(string(tier), func(t *testing.T) {
			used := map[suppression]bool{}
			for _, finding := range findings(t, platform.Environment{Name: platform.PlaceholderEnvironment, Tier: tier}) {
				switch finding.compliance {
				case "Compliant", "N/A":
				case "Suppressed":
					for _, s := range suppressions {
						if s.rule == finding.rule && strings.HasPrefix(finding.resource, string(s.stack)+"/"+s.path) {
							used[s] = true
						}
					}
				default:
					t.Errorf("%s %s is %s: %s", finding.rule, finding.resource, finding.compliance, finding.info)
				}
			}
			for _, s := range suppressions {
				if s.applies(tier) && !used[s] {
					t.Errorf("nothing needs the suppression of %s for %s %s any more", s.rule, s.stack, s.path)
				}
			}
		})
	}
}

// finding is one line of cdk-nag's report.
type finding struct{ rule, resource, compliance, info string }

// findings runs the app with the pack. Errors of cdk-nag do not fail a synthesis;
// its report tells.
func findings(t *testing.T, env platform.Environment) []finding {
	dir := t.TempDir()
	app := NewApp(env, dir)
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{Reports: jsii.Bool(true)}), nil)
	for _, s := range suppressions {
		if s.applies(env.Tier) {
			stack := app.Node().FindChild(jsii.String(string(s.stack))).(awscdk.Stack)
			cdknag.NagSuppressions_AddResourceSuppressionsByPath(stack, "/"+string(s.stack)+"/"+s.path, &[]*cdknag.NagPackSuppression{
				{Id: jsii.String(s.rule), Reason: jsii.String(s.reason)},
			}, jsii.Bool(true))
		}
	}
	app.Synth(nil)
	var all []finding
	for _, stack := range platform.Stacks {
		all = append(all, report(t, filepath.Join(dir, "AwsSolutions-"+env.StackName(stack)+"-NagReport.csv"))...)
	}
	return all
}

func report(t *testing.T, file string) []finding {
	reader, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	rows, err := csv.NewReader(reader).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Rule ID", "Resource ID", "Compliance", "Exception Reason", "Rule Level", "Rule Info"}; !slices.Equal(rows[0], want) {
		t.Fatalf("the report's columns are %v", rows[0])
	}
	var list []finding
	for _, row := range rows[1:] {
		list = append(list, finding{rule: row[0], resource: row[1], compliance: row[2], info: row[5]})
	}
	return list
}
