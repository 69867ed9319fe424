package assembly_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// grant is a statement that allows something, with where it stands.
type grant struct {
	// where is "Stack path sid".
	where     string
	actions   []string
	resources []string
	principal any
}

// documentProperties lists where each type keeps its policy documents.
var documentProperties = map[string][]string{
	"AWS::IAM::Role":          {"AssumeRolePolicyDocument", "Policies.0.PolicyDocument", "Policies.1.PolicyDocument"},
	"AWS::IAM::ManagedPolicy": {"PolicyDocument"},
	"AWS::SQS::QueuePolicy":   {"PolicyDocument"},
	"AWS::S3::BucketPolicy":   {"PolicyDocument"},
	"AWS::SNS::TopicPolicy":   {"PolicyDocument"},
	"AWS::KMS::Key":           {"KeyPolicy"},
	"AWS::EC2::VPCEndpoint":   {"PolicyDocument"},
}

// grants lists every statement that allows. One that denies can only narrow.
func (e estate) grants(t *testing.T) []grant {
	var list []grant
	for _, stack := range platform.Stacks {
		for id, resource := range e.templates[stack].Resources {
			path := assembly.Path(stack, id)
			for _, property := range documentProperties[resource["Type"].(string)] {
				for _, statement := range statements(e.get(t, stack, path, property)) {
					if statement["Effect"] != "Allow" {
						continue
					}
					sid, _ := statement["Sid"].(string)
					list = append(list, grant{
						where:   strings.TrimSpace(fmt.Sprintf("%s %s %s", stack, path, sid)),
						actions: texts(statement["Action"]), resources: texts(statement["Resource"]), principal: statement["Principal"],
					})
				}
			}
		}
	}
	return list
}

// exceptions lists every resource with a wildcard, by the statement that has it,
// with the end of the resource, and why nothing narrower can be written.
var exceptions = []struct{ where, resource, reason string }{
	{"Security AiProcessorRole WriteLogs", ":*", "Lambda makes up the names of log streams"},
	{"Security AnalyticsProcessorRole WriteLogs", ":*", "Lambda makes up the names of log streams"},
	{"Security WebsocketHandlerRole WriteLogs", ":*", "Lambda makes up the names of log streams"},
	{"Security EmailProcessorRole WriteLogs", ":*", "Lambda makes up the names of log streams"},
	{"Security AiProcessorRole Trace", "*", "X-Ray's actions know no resource"},
	{"Security AnalyticsProcessorRole Trace", "*", "X-Ray's actions know no resource"},
	{"Security WebsocketHandlerRole Trace", "*", "X-Ray's actions know no resource"},
	{"Security EmailProcessorRole Trace", "*", "X-Ray's actions know no resource"},
	{"Security AnalyticsProcessorRole AttachToVpc", "*", "Lambda checks these actions on every resource before it creates a function in a VPC; the function's own code is denied them"},
	{"Security ApplicationPolicy UseObjects", "/*", "objects come into being at run time"},
	{"Storage PublicAssets/Policy", "/*", "the distribution serves every object, and is named in the condition"},
	{"Storage ToolAssets/Policy", "/*", "the distribution serves every object, and is named in the condition"},
	{"Api ConnectionsPolicy SendToConnections", "/*/@connections/*", "API Gateway makes up connection ids; send, look at and close are methods"},
	{"Monitoring AlertsKey Administer", "*", "in a key's policy it means this key"},
	{"Monitoring AlertsKey UseByAlarms", "*", "in a key's policy it means this key"},
}

func TestEveryWildcardResourceIsNamedWithItsReason(t *testing.T) {
	used := map[string]bool{}
	everyTier(t, func(t *testing.T, e estate) {
		for _, grant := range e.grants(t) {
			for _, resource := range grant.resources {
				if !strings.Contains(resource, "*") {
					continue
				}
				known := false
				for _, exception := range exceptions {
					if grant.where == exception.where && strings.HasSuffix(resource, exception.resource) &&
						!strings.Contains(strings.TrimSuffix(resource, exception.resource), "*") {
						known, used[exception.where] = true, true
					}
				}
				if !known {
					t.Errorf("%s allows %v on %s", grant.where, grant.actions, resource)
				}
			}
		}
	})
	for _, exception := range exceptions {
		if !used[exception.where] {
			t.Errorf("nothing needs the exception of %s any more", exception.where)
		}
	}
}

// An action with a wildcard allows what AWS will add tomorrow.
func TestActionsAreNamedOneByOne(t *testing.T) {
	exceptions := map[string]string{
		"Monitoring AlertsKey Administer kms:*":    "without it nobody could ever change the key again",
		"Database Vpc/DynamoDbEndpoint dynamodb:*": "the endpoint only bounds what roles allow, here to one table",
	}
	everyTier(t, func(t *testing.T, e estate) {
		for _, grant := range e.grants(t) {
			for _, action := range grant.actions {
				if _, known := exceptions[grant.where+" "+action]; strings.Contains(action, "*") && !known {
					t.Errorf("%s allows %s", grant.where, action)
				}
			}
		}
	})
}

func TestSecretsAreMatchedByTheirSixRandomCharacters(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		found := 0
		for _, grant := range e.grants(t) {
			for _, resource := range grant.resources {
				if !strings.Contains(resource, ":secret:") {
					continue
				}
				found++
				if !strings.HasSuffix(resource, "/"+e.env.Name+"-??????") {
					t.Errorf("%s reads %s", grant.where, resource)
				}
			}
		}
		// Three functions, three secrets of the application, one endpoint.
		if found != 7 {
			t.Errorf("%d grants on secrets, want 7", found)
		}
	})
}

func TestNobodyOutsideIsTrusted(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for _, grant := range e.grants(t) {
			switch aws := dig(grant.principal, "AWS"); {
			case aws == nil, strings.HasPrefix(fmt.Sprint(aws), "<Security.ApplicationUser"), aws == "arn:aws:iam::"+account+":root":
			case strings.HasSuffix(grant.where, "Endpoint"):
				// An endpoint's policy is about those whose own policy lets them come.
			default:
				t.Errorf("%s trusts %v", grant.where, aws)
			}
		}
	})
}

func TestRolesHaveNoActionThatIAMDoesNotKnow(t *testing.T) {
	unwanted := map[string]string{
		"dynamodb:TransactWriteItems": "no IAM action: it takes those of its items",
		"dynamodb:TransactGetItems":   "no IAM action: it takes those of its items",
		"logs:CreateLogGroup":         "the stack owns the log groups",
		"dynamodb:Scan":               "nothing reads the whole table",
	}
	everyTier(t, func(t *testing.T, e estate) {
		for _, grant := range e.grants(t) {
			for _, action := range grant.actions {
				if reason, bad := unwanted[action]; bad {
					t.Errorf("%s allows %s: %s", grant.where, action, reason)
				}
			}
		}
	})
}

func TestConsumersMayHandMessagesBack(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for path, queue := range map[string]string{"AiProcessorRole": "ai-processing", "AnalyticsProcessorRole": "analytics", "EmailProcessorRole": "email"} {
			want := "[arn:aws:sqs:" + region + ":" + account + ":keyvex-" + queue + "-queue-" + e.env.Name + "]"
			for _, action := range []string{"ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility"} {
				if got := allowed(e.get(t, platform.Security, path, "Policies.0.PolicyDocument"), "sqs:"+action); fmt.Sprint(got) != want {
					t.Errorf("%s may %s on %v, want %s", path, action, got, want)
				}
			}
		}
	})
}
