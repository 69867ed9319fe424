package aiprocessor_test

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// whole is a bench with the real table and the real SDKs, on the platform's
// DynamoDB and its stand-ins.
func whole(t *testing.T) (*bench, *store.Table, *providers.Service) {
	t.Helper()
	b, table, stand := newBench(), store.New(maintable.New(t), maintable.Name), providers.New(oracle.Host(), "secret")
	base := wire.LocalEndpoint + host.ProviderPath
	b.handler = aiprocessor.New(aiprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(&b.log, nil)), Table: table, Sender: b.sockets, Clock: clock.Wall{},
		Secrets:   secret.New(b.safe, "ai", clock.Wall{}),
		Providers: provider.New(&http.Client{Transport: wire.Transport{Handler: stand.Handler()}}, base+"openai/v1", base+"anthropic"),
		Metrics:   emf.New(&b.metrics, "test"), Queue: batch.Queue{Client: b.queue, URL: "q"},
	})
	return b, table, stand
}

// receive hands a message over and reports whether it went back.
func (b *bench) receive(t *testing.T, id, body string, receive int) bool {
	t.Helper()
	response, err := b.handler.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: id, Body: body, Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(receive)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return len(response.BatchItemFailures) > 0
}

func asking(prompt, provider string) string {
	return `{"version":1,"jobId":"j-1","userId":"user-1","sessionId":"s-1","kind":"chat","provider":"` + provider + `","input":{"prompt":"` + prompt + `"}}`
}

func TestAJobIsAnsweredOnceOnTheRealTable(t *testing.T) {
	for _, name := range []string{provider.OpenAI, provider.Anthropic} {
		b, table, stand := whole(t)
		connection := store.Connection{ID: "c-1", UserID: "user-1", ExpiresAt: clock.Wall{}.Now().Add(time.Hour)}
		if err := table.PutConnection(t.Context(), connection); err != nil {
			t.Fatal(err)
		}
		if b.receive(t, "m-1", asking("hello", name), 1) || b.receive(t, "m-1", asking("hello", name), 2) || b.receive(t, "m-2", asking("hello", name), 1) {
			t.Fatalf("went back: %s", b.log.String())
		}
		messages, err := table.Messages(t.Context(), "s-1")
		if err != nil || len(messages) != 2 || messages[0].Text != "hello" || messages[1].Text != b.sockets.text("c-1") || messages[1].SecretVersion != "v1" || messages[1].OutputTokens == 0 {
			t.Errorf("%s: stored %+v, pushed %q, %v", name, messages, b.sockets.text("c-1"), err)
		}
		if stand.Calls(name) != 1 {
			t.Errorf("%s was called %d times", name, stand.Calls(name))
		}
	}
}

func TestAJobGivenUpIsTriedAgainWhenItIsRedriven(t *testing.T) {
	b, table, stand := whole(t)
	if !b.receive(t, "m-1", asking("[[once status 503]]", provider.OpenAI), 5) {
		t.Fatal("it was acknowledged")
	}
	session, err := table.Session(t.Context(), "s-1")
	if err != nil || session.UserID != "user-1" || session.LastError == "" {
		t.Fatalf("session %+v, %v", session, err)
	}
	if b.receive(t, "m-2", asking("[[once status 503]]", provider.OpenAI), 1) || stand.Calls(provider.OpenAI) != 2 {
		t.Fatalf("the redriven message went back: %s", b.log.String())
	}
	if session, err = table.Session(t.Context(), "s-1"); err != nil || session.LastError != "" || session.Messages != 2 {
		t.Errorf("session %+v, %v", session, err)
	}
}

func TestWhatIsRefusedIsOnItsSessionAndAsksOnce(t *testing.T) {
	for name, test := range map[string]struct {
		body  string
		calls int
	}{
		"refused content":  {asking("[[refuse]]", provider.Anthropic), 1},
		"OpenAI's refusal": {asking("[[refuse]]", provider.OpenAI), 1},
		"an invalid body":  {strings.Replace(asking("hello", provider.Anthropic), `"version":1`, `"version":2`, 1), 0},
	} {
		b, table, stand := whole(t)
		for receive := range 5 {
			if !b.receive(t, "m-1", test.body, receive+1) {
				t.Fatalf("%s: acknowledged", name)
			}
		}
		session, err := table.Session(t.Context(), "s-1")
		calls := stand.Calls(provider.Anthropic) + stand.Calls(provider.OpenAI)
		if err != nil || session.LastError == "" || session.LastJobID != "j-1" || calls != test.calls {
			t.Errorf("%s: session %+v, %v, %d calls", name, session, err, calls)
		}
	}
}
