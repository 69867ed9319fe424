package acceptance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"
)

// platformState is what a deploy leaves in the local platform, without what differs
// from run to run: generated ids, times, endpoints.
func (h *home) platformState() string {
	h.t.Helper()
	var lines []string
	stacks := h.must("run", "-e", "local", "--", "aws", "--output", "json", "cloudformation", "describe-stacks")
	var described struct {
		Stacks []struct {
			StackName, StackStatus string
			Parameters             []struct{ ParameterKey, ParameterValue string }
			Tags                   []struct{ Key, Value string }
		}
	}
	if err := json.Unmarshal([]byte(stacks.stdout), &described); err != nil {
		h.t.Fatalf("%v\n%s", err, stacks.stdout)
	}
	for _, stack := range described.Stacks {
		lines = append(lines, fmt.Sprintf("%s %s %v %v", stack.StackName, strings.Replace(stack.StackStatus, "UPDATE", "CREATE", 1), stack.Parameters, stack.Tags))
		resources := h.must("run", "-e", "local", "--", "aws", "--output", "text", "cloudformation", "list-stack-resources",
			"--stack-name", stack.StackName, "--query", "StackResourceSummaries[].[LogicalResourceId,ResourceType]")
		for line := range strings.Lines(resources.stdout) {
			lines = append(lines, stack.StackName+" "+strings.TrimSpace(line))
		}
		template := h.must("run", "-e", "local", "--", "aws", "--output", "json", "cloudformation", "get-template", "--stack-name", stack.StackName)
		lines = append(lines, template.stdout)
	}
	for _, list := range []string{
		"sqs list-queues", "lambda list-functions --query Functions[].FunctionName", "dynamodb list-tables",
		"iam list-roles --query Roles[].RoleName", "logs describe-log-groups --query logGroups[].logGroupName",
		"elasticache describe-replication-groups --query ReplicationGroups[].ReplicationGroupId",
		"cloudwatch describe-alarms --query MetricAlarms[].AlarmName", "cloudfront list-distributions --query length(DistributionList.Items)",
		"ec2 describe-vpcs --query length(Vpcs)", "ec2 describe-subnets --query length(Subnets)", "apigateway get-rest-apis --query items[].name",
		"apigatewayv2 get-apis --query Items[].Name", "secretsmanager list-secrets --query SecretList[].Name", "s3api list-buckets --query Buckets[].Name",
	} {
		out := h.must(append([]string{"run", "-e", "local", "--", "aws", "--output", "json"}, strings.Fields(list)...)...)
		lines = append(lines, list, out.stdout)
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// killRuns is how often the killed deploy is tried; KEYVEX_KILLS raises it.
func killRuns() int {
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_KILLS")); err == nil {
		return n
	}
	return 2
}

func TestAKilledDeployGoesOnToTheSameStateAsAnUndisturbedOne(t *testing.T) {
	needs(t, "aws", "the state after a kill is not compared")
	undisturbed := newHome(t)
	undisturbed.must("deploy", "-e", "local", "--yes")
	want := undisturbed.platformState()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range killRuns() {
		h := newHome(t)
		for range 3 {
			deploy := h.command(binary, "deploy", "-e", "local", "--yes")
			if err := deploy.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.IntN(4000)) * time.Millisecond)
			_ = deploy.Process.Kill()
			_ = deploy.Wait()
		}
		h.must("deploy", "-e", "local", "--yes")
		if got := h.platformState(); normal(got) != normal(want) {
			t.Fatalf("after kills the platform holds\n%s\nundisturbed it holds\n%s", got, want)
		}
	}
}

// normal takes out the port, in which two sandboxes of one machine differ.
func normal(state string) string {
	fields := strings.FieldsFunc(state, func(r rune) bool { return r == '\n' })
	for i, line := range fields {
		if at := strings.Index(line, "127.0.0.1:"); at >= 0 {
			end := at + len("127.0.0.1:")
			for end < len(line) && line[end] >= '0' && line[end] <= '9' {
				end++
			}
			fields[i] = line[:at] + "HOST" + line[end:]
		}
	}
	return strings.Join(fields, "\n")
}
