package aiprocessor_test

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/lambdas/aiprocessor"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/store"
)

// table keeps one job and its session as the store promises to.
type table struct {
	record   store.JobRecord
	claim    store.Claim
	answer   store.Answer
	reason   string
	sessions map[string]store.Session
	messages []store.Message
	// sessionFault is why no session can be read.
	sessionFault error
	// crash is called before and after every write, and may panic.
	crash func(where string)
}

func (t *table) point(where string) {
	if t.crash != nil {
		t.crash(where)
	}
}

func (t *table) ClaimJob(_ context.Context, _ store.Job, c store.Claim, now time.Time) (store.JobRecord, error) {
	t.point("before claim")
	defer t.point("after claim")
	redelivered := c.MessageID == t.claim.MessageID && c.Receive > t.claim.Receive
	switch {
	case t.record.Status == "" || t.record.Status == store.JobClaimed && (redelivered || t.claim.Until.Before(now)):
		t.record, t.claim = store.JobRecord{Status: store.JobClaimed}, c
		return t.record, nil
	case t.record.Status == store.JobClaimed:
		return store.JobRecord{Status: store.JobBusy, Until: t.claim.Until}, nil
	}
	return t.record, nil
}

func (t *table) ClaimUnknownJob(ctx context.Context, job store.Job, c store.Claim, now time.Time) (store.JobRecord, error) {
	if t.record.Status == store.JobClaimed && c.MessageID != t.claim.MessageID {
		return store.JobRecord{Status: store.JobBusy, Until: t.claim.Until}, nil
	}
	return t.ClaimJob(ctx, job, c, now)
}

func (t *table) DoubtJob(_ context.Context, _ store.Job, reason string, _ time.Time) error {
	t.point("before doubt")
	defer t.point("after doubt")
	t.reason = reason
	return nil
}

func (t *table) settle(where string, then func()) error {
	t.point("before " + where)
	defer t.point("after " + where)
	if t.record.Status == store.JobAnswered || t.record.Status == store.JobRefused {
		return store.ErrSettled
	}
	then()
	return nil
}

func (t *table) AnswerJob(_ context.Context, job store.Job, a store.Answer, _ time.Time) error {
	return t.settle("answer", func() {
		t.record.Status, t.answer = store.JobAnswered, a
		t.sessions[job.Session()] = store.Session{ID: job.Session(), UserID: job.UserID}
	})
}

func (t *table) RefuseJob(_ context.Context, _ store.Job, reason string, _ time.Time) error {
	return t.settle("refuse", func() { t.record.Status, t.reason = store.JobRefused, reason })
}

func (t *table) ReleaseJob(_ context.Context, _ store.Job, reason string, _ time.Time) error {
	return t.settle("release", func() { t.record.Status, t.reason = "", reason })
}

func (t *table) StoredAnswer(context.Context, store.Job, store.JobRecord) (store.Message, error) {
	return store.Message{Text: t.answer.Text}, nil
}

func (t *table) Session(_ context.Context, id string) (store.Session, error) {
	if s, ok := t.sessions[id]; ok {
		return s, nil
	}
	return store.Session{}, cmp.Or(t.sessionFault, store.ErrNotFound)
}

func (t *table) Messages(context.Context, string) ([]store.Message, error) { return t.messages, nil }

func (t *table) ConnectionsOf(_ context.Context, user string) ([]store.Connection, error) {
	far := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	return []store.Connection{
		{ID: "all", UserID: user, ExpiresAt: far},
		{ID: "other", UserID: user, ExpiresAt: far, Topics: []string{"session:other"}},
		{ID: "mine", UserID: user, ExpiresAt: far, Topics: []string{"session:s-1", "tool:t-9"}},
		{ID: "expired", UserID: user},
	}, nil
}

// model is a provider that says the same each time, or fails as scripted.
type model struct {
	calls    int
	keys     []provider.Key
	requests []provider.Request
	say      func(call int, key provider.Key) ([]provider.Piece, error)
}

func (m *model) Stream(_ context.Context, key provider.Key, request provider.Request) iter.Seq2[provider.Piece, error] {
	m.calls++
	m.keys, m.requests = append(m.keys, key), append(m.requests, request)
	said, err := m.say(m.calls, key)
	return func(yield func(provider.Piece, error) bool) {
		for _, piece := range said {
			if !yield(piece, nil) {
				return
			}
		}
		if err != nil {
			yield(provider.Piece{}, err)
		}
	}
}

func says(texts ...string) func(int, provider.Key) ([]provider.Piece, error) {
	var out []provider.Piece
	for _, text := range texts {
		out = append(out, provider.Piece{Text: text})
	}
	out = append(out, provider.Piece{InputTokens: 7, OutputTokens: 9})
	return func(int, provider.Key) ([]provider.Piece, error) { return out, nil }
}

func fails(err error) func(int, provider.Key) ([]provider.Piece, error) {
	return func(int, provider.Key) ([]provider.Piece, error) { return nil, err }
}

// sockets remembers what each connection was sent.
type sockets struct {
	mu   sync.Mutex
	sent map[string][]socket.Message
}

func (s *sockets) Send(_ context.Context, _ *slog.Logger, ids []string, message any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.sent[id] = append(s.sent[id], message.(socket.Message))
	}
}

func (s *sockets) text(id string) (text string) {
	for _, m := range s.sent[id] {
		if m.Seq != nil && *m.Seq == 0 && m.Type == socket.Delta {
			text = ""
		}
		text += m.Text
	}
	return text
}

func (s *sockets) last(id string) socket.Message { return s.sent[id][len(s.sent[id])-1] }

// safe is a secret whose value changes at each read.
type safe struct{ versions []string }

func (s *safe) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	version := s.versions[0]
	if len(s.versions) > 1 {
		s.versions = s.versions[1:]
	}
	return &secretsmanager.GetSecretValueOutput{
		VersionId:    new(version),
		SecretString: new(`{"openai_api_key":"sk-CANARYKEYabcdefghij-` + version + `","anthropic_api_key":"sk-ant-CANARYKEYabcdefghij-` + version + `","openai_organization":"org-1"}`),
	}, nil
}

// visibility remembers for how long messages were handed back, in seconds.
type visibility struct{ rests []int32 }

func (v *visibility) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	v.rests = append(v.rests, in.VisibilityTimeout)
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

// bench is a processor on fakes.
type bench struct {
	table   *table
	model   *model
	sockets *sockets
	safe    *safe
	queue   *visibility
	log     bytes.Buffer
	metrics bytes.Buffer
	handler batch.Handler
}

func newBench() *bench {
	b := &bench{
		table: &table{sessions: map[string]store.Session{}}, model: &model{say: says("Hello", " world")},
		sockets: &sockets{sent: map[string][]socket.Message{}}, safe: &safe{versions: []string{"v1"}}, queue: &visibility{},
	}
	b.handler = aiprocessor.New(aiprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(&b.log, nil)), Table: b.table, Sender: b.sockets, Clock: clock.Wall{},
		Secrets:   secret.New(b.safe, "ai", clock.Wall{}),
		Providers: map[string]provider.Provider{provider.OpenAI: b.model, provider.Anthropic: b.model},
		Metrics:   emf.New(&b.metrics, "test"),
		Queue:     batch.Queue{Client: b.queue, URL: "q", Random: func() float64 { return 0 }},
	})
	return b
}

const body = `{"version":1,"jobId":"j-1","userId":"user-1","sessionId":"s-1","kind":"chat","input":{"prompt":"CANARYPROMPT"}}`

// deliver hands a body over for the n-th time and reports whether it went back.
func (b *bench) deliver(t interface{ Fatal(...any) }, ctx context.Context, body string, receive int, firstReceived time.Time) (back bool) {
	response, err := b.handler.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m-1", Body: body, ReceiptHandle: "r", Attributes: map[string]string{
			"ApproximateReceiveCount": strconv.Itoa(receive), "SentTimestamp": strconv.FormatInt(firstReceived.Add(-time.Second).UnixMilli(), 10),
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(firstReceived.UnixMilli(), 10),
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return len(response.BatchItemFailures) > 0
}

func (b *bench) once(t *testing.T, body string, receive int) bool {
	return b.deliver(t, t.Context(), body, receive, clock.Wall{}.Now())
}

// measured reports whether a metric was written.
func (b *bench) measured(metric string) bool {
	return strings.Contains(b.metrics.String(), `"`+metric+`":`)
}

// silent is a provider that says nothing until it is left.
type silent struct{}

func (silent) Stream(ctx context.Context, _ provider.Key, _ provider.Request) iter.Seq2[provider.Piece, error] {
	return func(yield func(provider.Piece, error) bool) {
		<-ctx.Done()
		yield(provider.Piece{}, &provider.Error{Kind: provider.Broken, Cause: ctx.Err()})
	}
}

func stalling(b *bench) batch.Handler {
	return aiprocessor.New(aiprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(&b.log, nil)), Table: b.table, Sender: b.sockets, Clock: clock.Wall{},
		Secrets: secret.New(b.safe, "ai", clock.Wall{}), Providers: map[string]provider.Provider{provider.OpenAI: silent{}},
		Metrics: emf.New(&b.metrics, "test"),
		Queue:   batch.Queue{Client: b.queue, URL: "q", Random: func() float64 { return 0 }},
	})
}
