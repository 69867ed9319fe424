package lambda_test

import (
	"crypto/rand"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func TestPollingAndAsynchronousInvocationsGoOnAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{answer: func(batchEvent) ([]byte, error) { panic("not yet") }}
		run := func(work func(*world)) {
			h := oracle.Host()
			store, err := state.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			h.State, h.Random = store, rand.Reader
			w := &world{t: t, sqs: sqs.New(h), journal: newJournal()}
			s := around(t)
			s.Queues, s.Runner = w.sqs, runner.InProcess{"echo": func(runner.Spec) (runner.Handler, error) { return r.handle, nil }}
			w.lambda = lambda.New(h, s)
			w.lambda.Resume()
			work(w)
			closed(t, w.lambda)
			w.sqs.Close()
			if err := store.Close(); err != nil {
				t.Fatal(err)
			}
		}
		run(func(w *world) {
			w.queue("q", map[string]string{"VisibilityTimeout": "60"})
			if _, err := w.lambda.CreateFunction(t.Context(), function("f", func(in *sdk.CreateFunctionInput) {
				in.Code = &types.FunctionCode{ZipFile: pack(t, "#!keyvex-function echo b")}
			})); err != nil {
				t.Fatal(err)
			}
			if _, err := w.lambda.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), InvocationType: types.InvocationTypeEvent,
				Payload: []byte(`{"Records":[{"body":"event"}]}`)}); err != nil {
				t.Fatal(err)
			}
			w.sleep(time.Second)
			w.mapping(nil)
		})
		if r.times("event") != 1 {
			t.Fatalf("before the restart the event came %d times", r.times("event"))
		}
		r.answer = nil
		run(func(w *world) {
			w.send("q", "message")
			w.sleep(2 * time.Minute)
			if r.times("event") != 2 || r.times("message") != 1 || w.counts("q") != "0+0" {
				t.Errorf("the event came %d times, the message %d times, q has %s", r.times("event"), r.times("message"), w.counts("q"))
			}
			w.sleep(time.Hour)
			if r.times("event") != 2 {
				t.Errorf("the event came %d times after its success", r.times("event"))
			}
		})
	})
}
