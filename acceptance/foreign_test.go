package acceptance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// misbehaviour answers an operation in a server's own way.
type misbehaviour func(w http.ResponseWriter, r *http.Request, operation string, nth int) bool

// of misbehaves in the named operations, all of them for "*".
func of(operation string, answer func(w http.ResponseWriter, r *http.Request)) misbehaviour {
	return func(w http.ResponseWriter, r *http.Request, asked string, _ int) bool {
		if operation != "*" && operation != asked {
			return false
		}
		answer(w, r)
		return true
	}
}

// until misbehaves in the first calls of each operation only.
func until(calls int, m misbehaviour) misbehaviour {
	return func(w http.ResponseWriter, r *http.Request, asked string, nth int) bool {
		return nth <= calls && m(w, r, asked, nth)
	}
}

func hangs(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

func stalls(w http.ResponseWriter, r *http.Request) {
	fmt.Fprint(w, "<DescribeStacksResponse>")
	_ = http.NewResponseController(w).Flush()
	hangs(w, r)
}

func hangsUp(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

// says answers a status with a body.
func says(status int, kind, body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// fails answers an AWS error.
func fails(status int, code, message string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { failure(w, status, code, message) }
}

// Each server spoils one thing of a deploy of one stack. It ends in bounded time,
// with one error that says what the server did, or does without what is missing.
func TestMisbehavingServers(t *testing.T) {
	const html = "<html><body><h1>502 Bad Gateway</h1></body></html>"
	for name, c := range map[string]struct {
		misbehave misbehaviour
		spoil     func(*foreign)
		code      int
		says      []string
	}{
		"well":                       {},
		"hangs at once":              {misbehave: of("*", hangs), code: 1, says: []string{"does not answer", "GetCallerIdentity"}},
		"hangs on stacks":            {misbehave: of("DescribeStacks", hangs), code: 1, says: []string{"does not answer", "DescribeStacks"}},
		"hangs in an answer":         {misbehave: of("DescribeStacks", stalls), code: 1, says: []string{"DescribeStacks"}},
		"hangs on parameters":        {misbehave: of("GetParameters", hangs), code: 0},
		"hangs on making":            {misbehave: of("CreateChangeSet", hangs), code: 1, says: []string{"Keyvex-development-Storage", "does not answer"}},
		"hangs on executing":         {misbehave: of("ExecuteChangeSet", hangs), code: 1, says: []string{"Keyvex-development-Storage", "does not answer"}},
		"hangs on events":            {misbehave: of("DescribeStackEvents", hangs)},
		"hangs up":                   {misbehave: of("*", hangsUp), code: 1, says: []string{"GetCallerIdentity", "EOF"}},
		"hangs up on stacks":         {misbehave: of("DescribeStacks", hangsUp), code: 1, says: []string{"DescribeStacks", "EOF"}},
		"hangs up twice":             {misbehave: until(2, of("*", hangsUp))},
		"a proxy's page":             {misbehave: of("*", says(502, "text/html", html)), code: 1, says: []string{"502"}},
		"a proxy's page for stacks":  {misbehave: of("DescribeStacks", says(502, "text/html", html)), code: 1, says: []string{"DescribeStacks", "502"}},
		"a page that is well":        {misbehave: of("*", says(200, "text/html", html)), code: 1, says: []string{"GetCallerIdentity"}},
		"empty answers":              {misbehave: of("*", says(200, "text/xml", "")), code: 1, says: []string{"GetCallerIdentity"}},
		"an empty change set":        {misbehave: of("DescribeChangeSet", says(200, "text/xml", "")), code: 1, says: []string{"Keyvex-development-Storage", "change set"}},
		"broken XML":                 {misbehave: of("DescribeStacks", says(200, "text/xml", "<DescribeStacksResponse><Desc")), code: 1, says: []string{"DescribeStacks", "cannot be read"}},
		"500 for ever":               {misbehave: of("DescribeStacks", fails(500, "InternalFailure", "the disk is full")), code: 1, says: []string{"the disk is full"}},
		"no change sets":             {misbehave: of("CreateChangeSet", fails(501, "NotImplemented", "no change sets here")), code: 1, says: []string{"Keyvex-development-Storage", "making a change set", "no change sets here"}},
		"no reading of change sets":  {misbehave: of("DescribeChangeSet", fails(501, "NotImplemented", "no reading")), code: 1, says: []string{"Keyvex-development-Storage", "no reading"}},
		"no executing":               {misbehave: of("ExecuteChangeSet", fails(501, "NotImplemented", "no executing")), code: 1, says: []string{"Keyvex-development-Storage", "no executing"}},
		"no type":                    {misbehave: of("ExecuteChangeSet", fails(400, "ValidationError", "Resource type AWS::CloudFront::Distribution is not supported")), code: 1, says: []string{"Keyvex-development-Storage: Cdn", "(AWS::CloudFront::Distribution) could not be created", "hint: this server does not implement AWS::CloudFront::Distribution"}},
		"no events":                  {misbehave: of("DescribeStackEvents", fails(501, "NotImplemented", "no events"))},
		"no parameters":              {misbehave: of("GetParameters", says(501, "application/x-amz-json-1.1", `{"__type":"NotImplemented","message":"no parameters"}`))},
		"no deletion of change sets": {misbehave: of("DeleteChangeSet", fails(501, "NotImplemented", "none"))},
		"a failure without a reason": {misbehave: of("DescribeChangeSet", func(w http.ResponseWriter, _ *http.Request) { result(w, "DescribeChangeSet", tag("Status", "FAILED")) }), code: 1, says: []string{"Keyvex-development-Storage", "the server gave no reason"}},
		"not found as 404":           {misbehave: until(1, of("DescribeStacks", fails(404, "StackNotFound", "no such thing")))},
		"not found in other words":   {misbehave: until(1, of("DescribeStacks", fails(400, "ValidationError", "Stack Keyvex-development-Storage not found")))},
		"throttles for a while":      {misbehave: until(2, of("*", fails(429, "Throttling", "Rate exceeded")))},
		"is unavailable for a while": {misbehave: until(2, of("*", fails(503, "ServiceUnavailable", "later")))},
		"without ids and times":      {spoil: func(f *foreign) { f.anonymous = true }},
		"the same page for ever": {misbehave: of("DescribeChangeSet", func(w http.ResponseWriter, _ *http.Request) {
			result(w, "DescribeChangeSet", tag("Status", "CREATE_COMPLETE")+tag("NextToken", "again"))
		}), code: 1, says: []string{"Keyvex-development-Storage", "the same pages"}},
		"access denied": {misbehave: of("CreateChangeSet", fails(403, "AccessDenied", "not you")), code: 4, says: []string{"not you"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if c.misbehave != nil {
				c.spoil = func(f *foreign) { f.misbehave = c.misbehave }
			}
			server := newForeign(t, c.spoil)
			h := atMoto(t, server.URL).with("KEYVEX_PATIENCE=1s")
			out := h.run("deploy", "--env", "development", "--yes", "--stack", "Storage")
			if out.code != c.code {
				t.Errorf("exit %d, want %d", out.code, c.code)
			}
			if c.code != 0 {
				oneErrorAndHint(t, out)
			}
			for _, want := range c.says {
				if !strings.Contains(out.stderr, want) {
					t.Errorf("%q is not said", want)
				}
			}
			if out.took > 90*time.Second {
				t.Errorf("took %s", out.took)
			}
			t.Logf("exit %d after %s\n%s", out.code, out.took.Round(time.Millisecond), out.stderr)
		})
	}
}

// oneErrorAndHint holds that a failure ends with exactly one line of each.
func oneErrorAndHint(t *testing.T, out outcome) (message, hint string) {
	t.Helper()
	var errors, hints []string
	for line := range strings.Lines(out.stderr) {
		switch {
		case strings.HasPrefix(line, "error: "):
			errors = append(errors, line)
		case strings.HasPrefix(line, "hint: "):
			hints = append(hints, line)
		}
	}
	if len(errors) != 1 || len(hints) != 1 {
		t.Fatalf("%d error and %d hint lines:\n%s", len(errors), len(hints), out.stderr)
	}
	return errors[0], hints[0]
}
