package acceptance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// names picks the strings at a path of keys out of a list in a JSON document.
func names(t *testing.T, document, list, key string) []string {
	t.Helper()
	var parsed map[string]json.RawMessage
	if err := json.Unmarshal([]byte(document), &parsed); err != nil {
		t.Fatalf("no JSON: %v\n%s", err, document)
	}
	var out []string
	if key == "" {
		if err := json.Unmarshal(parsed[list], &out); err != nil {
			t.Fatalf("%s: %v\n%s", list, err, document)
		}
		return out
	}
	var rows []map[string]any
	if err := json.Unmarshal(parsed[list], &rows); err != nil {
		t.Fatalf("%s: %v\n%s", list, err, document)
	}
	for _, row := range rows {
		text, _ := row[key].(string)
		out = append(out, text)
	}
	return out
}

// awsCLIs finds every aws command on the machine: one of each major version may be
// there, and they differ in the protocols they speak and the variables they honour.
func awsCLIs(t *testing.T) []string {
	t.Helper()
	needs(t, "aws", "the local platform is not held against it")
	var out []string
	for _, folder := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/bin", "/usr/local/bin") {
		path, err := filepath.EvalSymlinks(filepath.Join(folder, "aws"))
		if err != nil {
			continue
		}
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 && !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

func TestTheAWSCLISeesWhatWasDeployed(t *testing.T) {
	clis := awsCLIs(t)
	t.Parallel() // most of it is the aws CLI starting up
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	for _, cli := range clis {
		version := h.exec(cli, "--version")
		t.Run(strings.Fields(version.stdout + version.stderr)[0], func(t *testing.T) { seesTheStacks(t, h, cli) })
	}
}

func seesTheStacks(t *testing.T, h *home, cli string) {
	aws := func(args ...string) string {
		t.Helper()
		out := h.must(append([]string{"run", "-e", "local", "--", cli, "--output", "json"}, args...)...)
		return out.stdout
	}

	stacks := names(t, aws("cloudformation", "describe-stacks"), "Stacks", "StackName")
	for _, stack := range []string{"Security", "Database", "Storage", "Compute", "Api", "Monitoring"} {
		if !slices.Contains(stacks, "Keyvex-local-"+stack) {
			t.Errorf("describe-stacks lacks %s: %v", stack, stacks)
		}
	}
	for _, test := range []struct {
		command   string
		list, key string
		has       []string
	}{
		{"cloudformation list-stack-resources --stack-name Keyvex-local-Compute", "StackResourceSummaries", "ResourceType",
			[]string{"AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping", "AWS::Logs::LogGroup"}},
		{"cloudformation describe-stack-events --stack-name Keyvex-local-Database", "StackEvents", "ResourceStatus",
			[]string{"CREATE_IN_PROGRESS", "CREATE_COMPLETE"}},
		{"ssm get-parameters-by-path --path /keyvex/local --recursive", "Parameters", "Name",
			[]string{"/keyvex/local/database/redis-endpoint", "/keyvex/local/api/websocket-endpoint"}},
		{"lambda list-functions", "Functions", "FunctionName", []string{"keyvex-ai-processor-local", "keyvex-analytics-processor-local", "keyvex-websocket-handler-local", "keyvex-email-processor-local"}},
		{"secretsmanager list-secrets", "SecretList", "Name", []string{"keyvex/ai/local", "keyvex/integrations/local", "keyvex/database/local"}},
		{"logs describe-log-groups", "logGroups", "logGroupName", []string{"/aws/lambda/keyvex-ai-processor-local"}},
		{"iam list-roles", "Roles", "RoleName", []string{"keyvex-ai-processor-role-local"}},
		{"ec2 describe-vpcs", "Vpcs", "State", []string{"available"}},
		{"elasticache describe-replication-groups", "ReplicationGroups", "Status", []string{"available"}},
		{"cloudwatch describe-alarms", "MetricAlarms", "Namespace", []string{"AWS/SQS"}},
		{"apigateway get-rest-apis", "items", "name", []string{"keyvex-rest-local"}},
		{"apigatewayv2 get-apis", "Items", "Name", []string{"keyvex-websocket-local"}},
		{"s3api list-buckets", "Buckets", "Name", []string{"keyvex/"}},
	} {
		got := names(t, aws(strings.Fields(test.command)...), test.list, test.key)
		for _, want := range test.has {
			if want == "keyvex/" {
				if len(got) < 3 {
					t.Errorf("aws %s: %v", test.command, got)
				}
				continue
			}
			if !slices.Contains(got, want) {
				t.Errorf("aws %s lacks %s: %v", test.command, want, got)
			}
		}
	}
	if queues := names(t, aws("sqs", "list-queues"), "QueueUrls", ""); len(queues) != 6 {
		t.Errorf("sqs list-queues: %v", queues)
	}
	table := aws("dynamodb", "describe-table", "--table-name", "keyvex-main-table-local")
	for _, want := range []string{`"GSI1"`, `"GSI2"`, `"ACTIVE"`, `"PAY_PER_REQUEST"`} {
		if !strings.Contains(table, want) {
			t.Errorf("describe-table lacks %s:\n%s", want, table)
		}
	}
	if topics := aws("sns", "list-topics"); !strings.Contains(topics, "keyvex-alerts-local") {
		t.Errorf("sns list-topics: %s", topics)
	}
	if listing := aws("s3", "ls"); !strings.Contains(listing, "keyvex-user-uploads-local") {
		t.Errorf("s3 ls: %s", listing)
	}
	if cdn := aws("cloudfront", "list-distributions"); !strings.Contains(cdn, `"DomainName": "127.0.0.1:`) {
		t.Errorf("cloudfront list-distributions: %s", cdn)
	}
}
