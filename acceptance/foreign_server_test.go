package acceptance

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// foreign is an AWS server that is not ours in how it behaves: a small
// CloudFormation with what else a deploy asks for, which does all work while it
// answers, and misbehaves where a test says so.
type foreign struct {
	*httptest.Server
	mu     sync.Mutex
	stacks map[string]*foreignStack
	sets   map[string]*foreignSet
	calls  map[string]int
	// misbehave answers an operation in its own way and reports whether it did. nth
	// counts the calls of the operation from 1.
	misbehave func(w http.ResponseWriter, r *http.Request, operation string, nth int) bool
	// anonymous servers leave stack ids, event ids and times out.
	anonymous bool
}

type foreignStack struct {
	name, id, status, body string
	parameters, tags       []pair
	events                 []string
}

type foreignSet struct {
	name, stack, body string
	parameters, tags  []pair
}

type pair struct{ key, value string }

// newForeign starts one that is spoiled, unless spoil is nil.
func newForeign(t *testing.T, spoil func(*foreign)) *foreign {
	f := &foreign{stacks: map[string]*foreignStack{}, sets: map[string]*foreignSet{}, calls: map[string]int{}}
	f.misbehave = func(http.ResponseWriter, *http.Request, string, int) bool { return false }
	if spoil != nil {
		spoil(f)
	}
	f.Server = httptest.NewServer(http.HandlerFunc(f.serve))
	t.Cleanup(func() {
		f.CloseClientConnections() // ends the handlers that hang
		f.Close()
	})
	return f
}

// operationOf names what a request asks for, in any of AWS's protocols.
func operationOf(r *http.Request, form url.Values) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	switch action := form.Get("Action"); {
	case action != "":
		return action
	case r.URL.Path == "/account":
		return "GetAccount"
	case strings.Count(strings.Trim(r.URL.Path, "/"), "/") > 0:
		return r.Method + "Object"
	}
	return r.Method + "Bucket"
}

func (f *foreign) serve(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body)) // for whoever misbehaves
	form, _ := url.ParseQuery(string(body))
	operation := operationOf(r, form)
	f.mu.Lock()
	f.calls[operation]++
	nth := f.calls[operation]
	f.mu.Unlock()
	if f.misbehave(w, r, operation, nth) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch operation {
	case "GetAccount":
		fmt.Fprint(w, `{"cloudwatchRoleArn": "arn:aws:iam::000000000000:role/logs"}`)
	case "GetParameters":
		fmt.Fprint(w, `{"Parameters": [], "InvalidParameters": []}`)
	case "GetCallerIdentity":
		result(w, operation, `<Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/u</Arn>`)
	case "GetRole":
		failure(w, http.StatusNotFound, "NoSuchEntity", "there is none")
	default:
		f.cloudFormation(w, operation, form)
	}
}

func (f *foreign) cloudFormation(w http.ResponseWriter, operation string, form url.Values) {
	stack := f.find(form.Get("StackName"))
	set := f.sets[form.Get("ChangeSetName")]
	switch {
	case operation == "CreateChangeSet":
		f.createChangeSet(w, form, stack)
	case operation == "DeleteStack":
		if stack != nil {
			delete(f.stacks, stack.name)
		}
		result(w, operation, "")
	case strings.HasSuffix(operation, "Object"), strings.HasSuffix(operation, "Bucket"):
	case stack == nil && form.Get("StackName") != "":
		failure(w, http.StatusBadRequest, "ValidationError", "Stack with id "+form.Get("StackName")+" does not exist")
	case operation == "DescribeStacks":
		f.describe(w, stack)
	case operation == "DescribeStackEvents":
		result(w, operation, list("StackEvents", slices.Backward(stack.events)))
	case operation == "ListStackResources":
		result(w, operation, "<StackResourceSummaries/>")
	case strings.HasSuffix(operation, "ChangeSet") && set == nil:
		failure(w, http.StatusNotFound, "ChangeSetNotFound", "there is none")
	case operation == "DescribeChangeSet":
		result(w, operation, tag("Status", "CREATE_COMPLETE")+tag("ExecutionStatus", "AVAILABLE"))
	case operation == "ExecuteChangeSet":
		f.execute(stack, set)
		result(w, operation, "")
	case operation == "DeleteChangeSet":
		delete(f.sets, set.name)
		result(w, operation, "")
	default:
		failure(w, http.StatusNotImplemented, "NotImplemented", operation+" is not implemented")
	}
}

// find gives the stack of a name or ARN.
func (f *foreign) find(nameOrID string) *foreignStack {
	for _, s := range f.stacks {
		if s.name == nameOrID || s.id == nameOrID {
			return s
		}
	}
	return nil
}

func (f *foreign) createChangeSet(w http.ResponseWriter, form url.Values, stack *foreignStack) {
	set := &foreignSet{
		name: form.Get("ChangeSetName"), body: form.Get("TemplateBody"), stack: form.Get("StackName"),
		parameters: pairs(form, "Parameters.member.%d.Parameter"), tags: pairs(form, "Tags.member.%d."),
	}
	if stack == nil {
		stack = &foreignStack{name: set.stack, id: "arn:aws:cloudformation:us-east-1:000000000000:stack/" + set.stack + "/1", status: "REVIEW_IN_PROGRESS"}
		f.stacks[set.stack] = stack
	}
	f.sets[set.name] = set
	if f.anonymous {
		result(w, "CreateChangeSet", "")
		return
	}
	result(w, "CreateChangeSet", tag("Id", set.name)+tag("StackId", stack.id))
}

func pairs(form url.Values, prefix string) []pair {
	var out []pair
	for i := 1; ; i++ {
		at := fmt.Sprintf(prefix, i)
		key := form.Get(at + "Key")
		if key == "" {
			return out
		}
		out = append(out, pair{key, form.Get(at + "Value")})
	}
}

func (f *foreign) execute(stack *foreignStack, set *foreignSet) {
	stack.body, stack.parameters, stack.tags = set.body, set.parameters, set.tags
	delete(f.sets, set.name)
	stack.status = "CREATE_COMPLETE"
	row := tag("StackName", stack.name) + tag("ResourceStatus", stack.status) + tag("ResourceType", "AWS::CloudFormation::Stack") + tag("LogicalResourceId", stack.name)
	if !f.anonymous {
		row += tag("EventId", fmt.Sprintf("%x", sha256.Sum256([]byte(row)))) + tag("StackId", stack.id) + tag("PhysicalResourceId", stack.id) + tag("Timestamp", "2026-01-01T00:00:00Z")
	}
	stack.events = append(stack.events, row)
}

func (f *foreign) describe(w http.ResponseWriter, one *foreignStack) {
	var rows []string
	for _, s := range f.stacks {
		if one != nil && s != one {
			continue
		}
		row := tag("StackName", s.name) + tag("StackStatus", s.status)
		if !f.anonymous {
			row += tag("StackId", s.id) + tag("CreationTime", "2026-01-01T00:00:00Z")
		}
		rows = append(rows, row+members("Parameters", "Parameter", s.parameters)+members("Tags", "", s.tags)+members("Outputs", "Output", outputsOf(s.body)))
	}
	result(w, "DescribeStacks", list("Stacks", slices.All(rows)))
}

// outputsOf are the outputs whose values are plain text.
func outputsOf(body string) []pair {
	var template struct {
		Outputs map[string]struct{ Value any }
	}
	_ = json.Unmarshal([]byte(body), &template)
	var out []pair
	for key, output := range template.Outputs {
		if value, ok := output.Value.(string); ok {
			out = append(out, pair{key, value})
		}
	}
	return out
}

func tag(name, text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text))
	return "<" + name + ">" + escaped.String() + "</" + name + ">"
}

func members(name, prefix string, pairs []pair) string {
	out := "<" + name + ">"
	for _, p := range pairs {
		out += "<member>" + tag(prefix+"Key", p.key) + tag(prefix+"Value", p.value) + "</member>"
	}
	return out + "</" + name + ">"
}

func list(name string, rows func(func(int, string) bool)) string {
	out := "<" + name + ">"
	for _, row := range rows {
		out += "<member>" + row + "</member>"
	}
	return out + "</" + name + ">"
}

func result(w http.ResponseWriter, operation, inner string) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", operation, inner)
}

func failure(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type>%s%s</Error><RequestId>r</RequestId></ErrorResponse>", tag("Code", code), tag("Message", message))
}
