package aiprocessor_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/store"
)

func TestAnAnswerIsStreamedStoredAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		if b.once(t, body, 1) {
			t.Fatalf("handed back: %s", b.log.String())
		}
		want := store.Answer{Prompt: "CANARYPROMPT", Text: "Hello world", InputTokens: 7, OutputTokens: 9, SecretVersion: "v1"}
		if b.table.answer != want {
			t.Errorf("stored %+v", b.table.answer)
		}
		for _, id := range []string{"all", "mine"} {
			if b.sockets.text(id) != "Hello world" || b.sockets.last(id).Type != socket.Done || *b.sockets.last(id).Seq != len(b.sockets.sent[id])-1 {
				t.Errorf("%s got %+v", id, b.sockets.sent[id])
			}
		}
		if len(b.sockets.sent["other"])+len(b.sockets.sent["expired"]) != 0 {
			t.Errorf("sent to others: %+v", b.sockets.sent)
		}
		if got := b.model.requests[0]; got.Model != provider.Choices[provider.OpenAI].Model || b.model.keys[0].Organization != "org-1" {
			t.Errorf("asked %+v", got)
		}
		for _, metric := range []string{"JobsAccepted", "JobWait", "ProviderFirstToken", "ProviderTotal", "JobStore", "JobPush", "JobEndToEnd"} {
			if !b.measured(metric) {
				t.Errorf("no %s", metric)
			}
		}
		for line := range strings.Lines(b.metrics.String()) {
			if !strings.Contains(line, `"jobId":"j-1"`) {
				t.Errorf("not to be found by its job: %s", line)
			}
		}
	})
}

func TestARedeliveryAfterTheAnswerPushesItAgainAndAsksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.once(t, body, 1)
		b.sockets.sent = map[string][]socket.Message{}
		if b.once(t, body, 2) || b.model.calls != 1 {
			t.Fatalf("asked %d times", b.model.calls)
		}
		if b.sockets.text("all") != "Hello world" || b.sockets.last("all").Type != socket.Done || !b.measured("JobSecondTries") {
			t.Errorf("pushed %+v", b.sockets.sent)
		}
	})
}

func TestEachFailureGoesItsWay(t *testing.T) {
	failure := func(kind provider.Kind, after time.Duration) error {
		return &provider.Error{Kind: kind, Provider: "openai", After: after}
	}
	for name, test := range map[string]struct {
		err     error
		receive int
		first   time.Duration // since the first receive
		rest    int32
		told    socket.Type
		status  store.JobStatus
	}{
		"busy with a wish":                {failure(provider.Busy, 42*time.Second), 1, 0, 42, socket.Retry, store.JobClaimed},
		"busy without":                    {failure(provider.Busy, 0), 1, 0, 1, socket.Retry, store.JobClaimed},
		"broken the third time":           {failure(provider.Broken, 0), 3, 0, 16, socket.Retry, store.JobClaimed},
		"broken the last time":            {failure(provider.Broken, 0), 5, 0, 0, socket.Error, ""},
		"refused content":                 {failure(provider.ContentRefused, 0), 1, 0, 0, socket.Error, store.JobRefused},
		"a bad request":                   {failure(provider.BadRequest, 0), 1, 0, 0, socket.Error, store.JobRefused},
		"a refused key at first":          {failure(provider.KeyRefused, 0), 1, 0, 150, socket.Retry, store.JobClaimed},
		"a refused key near the end":      {failure(provider.KeyRefused, 0), 4, 599 * time.Second, 150, socket.Retry, store.JobClaimed},
		"a refused key after ten minutes": {failure(provider.KeyRefused, 0), 4, 601 * time.Second, 0, socket.Error, store.JobRefused},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench()
				b.model.say = fails(test.err)
				back := b.deliver(t, t.Context(), body, test.receive, time.Now().Add(-test.first))
				if !back || len(b.queue.rests) != 1 || b.queue.rests[0] != test.rest {
					t.Errorf("handed back %t, rests %v, want %d", back, b.queue.rests, test.rest)
				}
				if b.sockets.last("all").Type != test.told || b.table.record.Status != test.status {
					t.Errorf("told %+v, record %+v", b.sockets.last("all"), b.table.record)
				}
				if refused := test.told == socket.Error; b.measured("JobsRefused") != refused || (b.table.reason != "") != refused || !b.measured("ProviderErrors") {
					t.Errorf("reason %q, metrics %s", b.table.reason, b.metrics.String())
				}
			})
		})
	}
}

func TestARefusedJobShortCircuits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.model.say = fails(&provider.Error{Kind: provider.ContentRefused})
		b.once(t, body, 1)
		told := len(b.sockets.sent["all"])
		if !b.once(t, body, 2) || b.model.calls != 1 || b.queue.rests[1] != 0 || len(b.sockets.sent["all"]) != told {
			t.Fatalf("calls %d, rests %v", b.model.calls, b.queue.rests)
		}
		if b.measured("JobSecondTries") {
			t.Error("a job that is not tried again counts as tried again")
		}
	})
}

func TestARotatedKeyIsReadAgainWithinTheInvocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.safe.versions = []string{"v1", "v2"}
		b.once(t, body, 1)
		time.Sleep(10 * time.Second) // v1 is rotated away while it is held
		b.model.say = func(_ int, key provider.Key) ([]provider.Piece, error) {
			if strings.HasSuffix(key.Secret, "v1") {
				return nil, &provider.Error{Kind: provider.KeyRefused}
			}
			return says("ok")(0, key)
		}
		b.table.record = store.JobRecord{}
		if b.once(t, body, 1) || b.table.answer.SecretVersion != "v2" || b.model.calls != 3 {
			t.Fatalf("stored %+v after %d calls: %s", b.table.answer, b.model.calls, b.log.String())
		}
	})
}

func TestTheSessionsConversationIsGivenToTheModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.table.sessions["s-1"] = store.Session{ID: "s-1", UserID: "user-1"}
		b.table.messages = []store.Message{{Role: "assistant", Text: "left out"}, {Role: "user", Text: "q"}, {Role: "assistant", Text: "a"}}
		b.once(t, body, 1)
		got := b.model.requests[0].History
		if len(got) != 2 || got[0] != (provider.Turn{Role: "user", Text: "q"}) || got[1] != (provider.Turn{Role: "assistant", Text: "a"}) {
			t.Errorf("history %+v", got)
		}
	})
}

func TestAnotherUsersSessionIsRefusedAndNobodyAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.table.sessions["s-1"] = store.Session{ID: "s-1", UserID: "somebody-else"}
		if !b.once(t, body, 1) || b.model.calls != 0 || b.table.record.Status != store.JobRefused {
			t.Fatalf("calls %d, record %+v", b.model.calls, b.table.record)
		}
	})
}

// Whoever names the id of another user's answered job does not hear its answer.
func TestTheAnswerToAnotherUsersJobIsNotPushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.table.record = store.JobRecord{Status: store.JobAnswered}
		b.table.answer = store.Answer{Text: "for somebody else"}
		b.table.sessions["s-1"] = store.Session{ID: "s-1", UserID: "somebody-else"}
		if !b.once(t, body, 1) || b.queue.rests[0] != 0 || b.model.calls != 0 {
			t.Fatalf("calls %d, rests %v", b.model.calls, b.queue.rests)
		}
		if b.sockets.text("all") != "" || b.sockets.last("all").Type != socket.Error {
			t.Errorf("told %+v", b.sockets.sent["all"])
		}
	})
}

func TestAnInvalidBodyIsTriedAgainWhileItsSessionCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench()
		b.table.sessionFault = errors.New("throttled")
		if !b.once(t, strings.Replace(body, `"chat"`, `"dance"`, 1), 1) || b.table.record.Status != "" || b.queue.rests[0] == 0 {
			t.Errorf("record %+v, rests %v", b.table.record, b.queue.rests)
		}
	})
}

func TestAnInvalidBodyIsRefusedOnItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for bad, status := range map[string]store.JobStatus{
			strings.Replace(body, `"version":1`, `"version":2`, 1): store.JobRefused,
			strings.Replace(body, `"chat"`, `"dance"`, 1):          store.JobRefused,
			`{"jobId":"CANARY`: "", `{"jobId":7,"userId":"u"}`: "",
		} {
			b := newBench()
			if !b.once(t, bad, 1) || b.model.calls != 0 || b.table.record.Status != status || b.queue.rests[0] != 0 {
				t.Errorf("%s: record %+v, rests %v", bad, b.table.record, b.queue.rests)
			}
			if strings.Contains(b.log.String(), "CANARY") {
				t.Errorf("logged: %s", b.log.String())
			}
		}
	})
}

// A provider that says nothing is left after three minutes, and one that goes on
// until the invocation ends is left in time.
func TestAProviderThatStallsIsLeft(t *testing.T) {
	for name, test := range map[string]struct {
		timeout, want time.Duration
		rest          int32
	}{
		"silence":          {15 * time.Minute, 3 * time.Minute, 1},
		"a short deadline": {time.Minute, 45 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench()
				b.handler = stalling(b)
				ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
				defer cancel()
				began := time.Now()
				if !b.deliver(t, ctx, body, 1, began) || time.Since(began) != test.want || b.queue.rests[0] != test.rest {
					t.Fatalf("took %s, rests %v: %s", time.Since(began), b.queue.rests, b.log.String())
				}
			})
		})
	}
}

func TestNeitherKeysNorPromptsNorAnswersReachTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, say := range []func(int, provider.Key) ([]provider.Piece, error){
			says("CANARYANSWER"), fails(&provider.Error{Kind: provider.Busy}), fails(&provider.Error{Kind: provider.KeyRefused}), fails(errors.New("other")),
		} {
			b := newBench()
			b.model.say = say
			b.once(t, body, 1)
			b.once(t, body, 5)
			if all := b.log.String() + b.metrics.String(); strings.Contains(all, "CANARY") || strings.Contains(all, "user-1") {
				t.Errorf("logged: %s", all)
			}
			var first map[string]any
			if err := json.Unmarshal([]byte(strings.SplitN(b.log.String(), "\n", 2)[0]), &first); err != nil || first["jobId"] != "j-1" || first["messageId"] != "m-1" || first["receiveCount"] != 1.0 {
				t.Errorf("first line %v, %v", first, err)
			}
			if !strings.Contains(b.log.String(), `"secretVersion":"v1"`) {
				t.Errorf("no secret version in %s", b.log.String())
			}
		}
	})
}

// Whatever dies on the way, and however often the message comes again: nobody is
// asked once the answer is stored, and the job ends answered or refused.
func TestAnySequenceOfCrashesAsksNobodyAfterTheAnswer(t *testing.T) {
	outcomes := map[string]error{"answered": nil, "broken": &provider.Error{Kind: provider.Broken}, "refused": &provider.Error{Kind: provider.ContentRefused}}
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench()
		plan := rapid.SliceOfN(rapid.Bool(), 30, 30).Draw(rt, "crash at the n-th point")
		script := rapid.SliceOfN(rapid.SampledFrom([]string{"answered", "answered", "broken", "refused"}), 5, 5).Draw(rt, "outcomes")
		crashes := rapid.IntRange(0, 4).Draw(rt, "crashes")
		points, late := 0, false
		b.table.crash = func(where string) {
			points++
			if crashes > 0 && plan[points%len(plan)] {
				crashes--
				panic("crash " + where)
			}
		}
		b.model.say = func(call int, _ provider.Key) ([]provider.Piece, error) {
			late = late || b.table.record.Status == store.JobAnswered || b.table.record.Status == store.JobRefused
			if err := outcomes[script[(call-1)%len(script)]]; err != nil {
				return nil, err
			}
			return says("Hello", " world")(0, provider.Key{})
		}
		back, crashed := true, false
		for receive := 1; back && receive <= 5; receive++ {
			before := crashes
			back = b.deliver(rt, context.Background(), body, receive, clock.Wall{}.Now())
			crashed = crashes < before
		}
		if late {
			rt.Fatal("asked after the job was settled")
		}
		if !back && (b.table.record.Status != store.JobAnswered || b.table.answer.Text != "Hello world") {
			rt.Fatalf("acknowledged without an answer: %+v", b.table.record)
		}
		if back && !crashed && b.table.reason == "" {
			rt.Fatalf("dead, and the session does not say why: %+v", b.table.record)
		}
		calls := b.model.calls
		crashes = 0
		if settled := b.table.record.Status == store.JobAnswered; settled && (b.deliver(rt, context.Background(), body, 6, clock.Wall{}.Now()) || b.model.calls != calls) {
			rt.Fatal("a redelivery after the answer went wrong")
		}
	})
}

func FuzzAnyBodyIsAnswered(f *testing.F) {
	f.Add(body)
	f.Add(`{"jobId":"j","userId":1}`)
	f.Fuzz(func(t *testing.T, body string) { newBench().once(t, body, 1) })
}
