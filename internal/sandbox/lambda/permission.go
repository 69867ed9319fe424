package lambda

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// statement is one statement of a function's policy, in the order of members that
// Lambda writes them.
type statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

var (
	actionGrammar    = lazy.Regexp(`^(lambda:[*]|lambda:[a-zA-Z]+|[*])$`)
	statementGrammar = lazy.Regexp(`^[a-zA-Z0-9-_]{1,100}$`)
	accountGrammar   = lazy.Regexp(`^\d{12}$`)
)

// AddPermission adds a statement to a function's policy.
func (s *Service) AddPermission(_ context.Context, in *lambda.AddPermissionInput) (*lambda.AddPermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	id, action := aws.ToString(in.StatementId), aws.ToString(in.Action)
	switch {
	case !statementGrammar().MatchString(id):
		return nil, constraint(id, "statementId", `satisfy regular expression pattern: ([a-zA-Z0-9-_]+)`)
	case !actionGrammar().MatchString(action):
		return nil, constraint(action, "action", `satisfy regular expression pattern: (lambda:[*]|lambda:[a-zA-Z]+|[*])`)
	case slices.ContainsFunc(f.Policy, func(known statement) bool { return known.Sid == id }):
		return nil, conflict("The statement id (" + id + ") provided already exists. Please provide a new statement id, or remove the existing statement.")
	}
	added := statement{
		Sid: id, Effect: "Allow", Principal: principal(aws.ToString(in.Principal)), Action: action,
		Resource: aws.ToString(v.FunctionArn), Condition: conditions(in),
	}
	f.Policy = append(slices.Clone(f.Policy), added)
	f.PolicyRevision = s.uuid()
	s.keep(f)
	return &lambda.AddPermissionOutput{Statement: new(toJSON(added))}, nil
}

// principal writes a service, an account, an ARN or everybody as IAM does.
func principal(text string) any {
	switch {
	case text == "*":
		return text
	case accountGrammar().MatchString(text):
		return map[string]string{"AWS": "arn:aws:iam::" + text + ":root"}
	case strings.HasPrefix(text, "arn:"):
		return map[string]string{"AWS": text}
	}
	return map[string]string{"Service": text}
}

func conditions(in *lambda.AddPermissionInput) map[string]map[string]string {
	out := map[string]map[string]string{}
	add := func(operator, key string, value *string) {
		if value == nil {
			return
		}
		if out[operator] == nil {
			out[operator] = map[string]string{}
		}
		out[operator][key] = *value
	}
	add("ArnLike", "AWS:SourceArn", in.SourceArn)
	add("StringEquals", "AWS:SourceAccount", in.SourceAccount)
	add("StringEquals", "aws:PrincipalOrgID", in.PrincipalOrgID)
	add("StringEquals", "lambda:EventSourceToken", in.EventSourceToken)
	if in.FunctionUrlAuthType != "" {
		add("StringEquals", "lambda:FunctionUrlAuthType", new(string(in.FunctionUrlAuthType)))
	}
	return out
}

// RemovePermission removes a statement by its id.
func (s *Service) RemovePermission(_ context.Context, in *lambda.RemovePermissionInput) (*lambda.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	id := aws.ToString(in.StatementId)
	kept := slices.DeleteFunc(slices.Clone(f.Policy), func(known statement) bool { return known.Sid == id })
	if len(kept) == len(f.Policy) {
		return nil, notFound("Statement " + id + " is not found in resource policy.")
	}
	f.Policy, f.PolicyRevision = kept, s.uuid()
	s.keep(f)
	return &lambda.RemovePermissionOutput{}, nil
}

// GetPolicy gives a function's policy as a document.
func (s *Service) GetPolicy(_ context.Context, in *lambda.GetPolicyInput) (*lambda.GetPolicyOutput, error) {
	f, v, err := s.findVersion(in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	var statements []statement
	for _, known := range f.Policy {
		if known.Resource == aws.ToString(v.FunctionArn) {
			statements = append(statements, known)
		}
	}
	if len(statements) == 0 {
		return nil, notFound("The resource you requested does not exist.")
	}
	document := struct {
		Version   string
		ID        string `json:"Id"`
		Statement []statement
	}{"2012-10-17", "default", statements}
	return &lambda.GetPolicyOutput{Policy: new(toJSON(document)), RevisionId: &f.PolicyRevision}, nil
}

func toJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("lambda: " + err.Error())
	}
	return string(text)
}
