package trail

import (
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"
)

// Author is who did something, and with what.
type Author struct {
	// Who is a person's name as far as AWS has one: of an IAM user, of a role's session.
	Who string
	// Via is what they did it with: "keyvex", Console, "aws-cli"; empty where the call
	// does not tell.
	Via string
}

// Console is what Author.Via says of the AWS console.
const Console = "the AWS console"

// identity is CloudTrail's userIdentity.
type identity struct {
	Type, ARN, UserName, PrincipalID, InvokedBy string
	SessionContext                              struct {
		SourceIdentity string
		SessionIssuer  struct{ UserName string }
		Attributes     struct{ SessionCredentialFromConsole string }
	}
}

// agents are clients by a part of what they call themselves. The first that fits counts:
// some are built on others.
var agents = []struct{ part, name string }{
	{"app/keyvex", "keyvex"}, {"console.amazonaws.com", Console}, {"signin.amazonaws.com", Console}, {"Mozilla/", Console},
	{"Terraform", "Terraform"}, {"aws-cdk", "cdk"}, {"Pulumi", "Pulumi"}, {"aws-cli/", "aws-cli"}, {"Boto3/", "boto3"},
}

func (r record) author() Author {
	a := Author{Who: r.UserIdentity.person()}
	if r.SessionCredentialFromConsole == "true" || r.UserIdentity.SessionContext.Attributes.SessionCredentialFromConsole == "true" {
		a.Via = Console
		return a
	}
	for _, agent := range agents {
		if strings.Contains(r.UserAgent, agent.part) {
			a.Via = agent.name
			break
		}
	}
	return a
}

// byService reports whether a service made the call, for itself or for a person. What
// is asked of CloudFormation counts as the person's all the same: pipelines do that.
func (r record) byService(asked string) bool {
	if asked == "cloudformation" {
		return false
	}
	service := func(name string) bool {
		return strings.HasSuffix(name, ".amazonaws.com") && !strings.HasPrefix(name, "console.") && !strings.HasPrefix(name, "signin.")
	}
	return r.UserIdentity.Type == "AWSService" || service(r.UserIdentity.InvokedBy) || service(r.UserAgent) || service(r.SourceIPAddress)
}

// person is a name for whom the identity stands.
func (i identity) person() string {
	switch {
	case i.SessionContext.SourceIdentity != "":
		return i.SessionContext.SourceIdentity
	case i.Type == "AssumedRole":
		return sessionOf(i.ARN, i.SessionContext.SessionIssuer.UserName)
	case i.Type == "Root":
		return "root"
	case i.UserName != "":
		return i.UserName
	case i.ARN != "":
		return i.ARN[strings.LastIndexAny(i.ARN, "/:")+1:]
	}
	return i.InvokedBy
}

// nameless are the names that SDKs and machines give to sessions: they tell of nobody.
var nameless = lazy.Regexp(`^(aws-go-sdk-\d+|botocore-session-\d+|aws-sdk-js-session-\d+|\d{6,}|i-[0-9a-f]+)$`)

// sessionOf is the name of a role's session, or the role where the session has none of
// its own.
func sessionOf(arn, role string) string {
	parts := strings.Split(arn, "/")
	session := parts[len(parts)-1]
	if role == "" && len(parts) > 2 {
		role = parts[len(parts)-2]
	}
	if nameless().MatchString(session) && role != "" {
		return "role " + role
	}
	return session
}

// NameOf is a person's name as events have it, of the ARN that STS gives.
func NameOf(arn string) string {
	switch {
	case arn == "":
		return ""
	case strings.Contains(arn, ":assumed-role/"):
		return sessionOf(arn, "")
	}
	return arn[strings.LastIndexAny(arn, "/:")+1:]
}
