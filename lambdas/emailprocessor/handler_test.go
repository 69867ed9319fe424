package emailprocessor_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

const good = `{"version":1,"leadId":"l-1","toolId":"t-1","email":"canary@b.example","name":"canary <b>","answers":{"q":"canary & more","n":[1]}}`

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// bench is a processor with what surrounds it: it is the clock, the secret, the
// provider and the queue.
type bench struct {
	t         testing.TB
	processor emailprocessor.Processor
	now       time.Time
	log, emf  bytes.Buffer
	// verdicts are the provider's, in order; it accepts once there are none.
	verdicts []emailprocessor.Result
	mails    []emailprocessor.Mail // accepted
	calls    int
	reads    int // of the secret
	rests    []int32
	// sending is called before each answer of the provider, if set.
	sending func()
}

func newTable(t testing.TB) *store.Table { return store.New(maintable.New(t), maintable.Name) }

func newBench(t testing.TB, table emailprocessor.Table) *bench {
	b := &bench{t: t, now: noon}
	b.processor = emailprocessor.Processor{
		Log: slog.New(slog.NewJSONHandler(&b.log, nil)), Table: table, Sender: b, Secret: secret.New(b, "integrations", b),
		Metrics: emf.New(&b.emf, "local"), Clock: b, From: "platform@keyvex.example",
		Queue: batch.Queue{Client: b, URL: "queue"},
	}
	return b
}

func (b *bench) Now() time.Time { return b.now }

func (b *bench) AfterFunc(time.Duration, func()) func() bool { panic("nothing waits") }

func (b *bench) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	b.reads++
	return &secretsmanager.GetSecretValueOutput{SecretString: new(`{"sendgrid_api_key":"canary-key"}`), VersionId: new(fmt.Sprint("v", b.reads))}, nil
}

func (b *bench) ChangeMessageVisibility(_ context.Context, in *sqs.ChangeMessageVisibilityInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityOutput, error) {
	b.rests = append(b.rests, in.VisibilityTimeout)
	return &sqs.ChangeMessageVisibilityOutput{}, nil
}

func (b *bench) Send(_ context.Context, key string, m emailprocessor.Mail) emailprocessor.Result {
	b.calls++
	if b.sending != nil {
		b.sending()
	}
	if key != "canary-key" {
		b.t.Errorf("sent with key %q", key)
	}
	result := emailprocessor.Result{}
	if len(b.verdicts) > 0 {
		result, b.verdicts = b.verdicts[0], b.verdicts[1:]
	}
	if result.Verdict == emailprocessor.Accepted {
		b.mails = append(b.mails, m)
	}
	return result
}

// receive delivers the message, first received at noon, and reports whether it was
// acknowledged.
func (b *bench) receive(id string, receive int, body string) bool {
	b.t.Helper()
	return b.receiveIn(b.t.Context(), id, receive, body)
}

func (b *bench) receiveIn(ctx context.Context, id string, receive int, body string) bool {
	b.t.Helper()
	response, err := emailprocessor.New(b.processor).Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: id, Body: body, ReceiptHandle: "r", Attributes: map[string]string{
			"ApproximateReceiveCount": strconv.Itoa(receive), "ApproximateFirstReceiveTimestamp": fmt.Sprint(noon.UnixMilli()), "SentTimestamp": fmt.Sprint(noon.UnixMilli()),
		},
	}}})
	if err != nil {
		b.t.Fatal(err)
	}
	return len(response.BatchItemFailures) == 0
}

func (b *bench) lead(table *store.Table) store.Lead {
	b.t.Helper()
	lead, err := table.Lead(b.t.Context(), "t-1", "l-1")
	if err != nil {
		b.t.Fatal(err)
	}
	return lead
}

func TestALeadIsStoredAndItsToolsOwnerIsMailedOnce(t *testing.T) {
	table := newTable(t)
	if err := table.PutUser(t.Context(), store.User{ID: "u-1", Email: "owner@b.example"}); err != nil {
		t.Fatal(err)
	}
	if err := table.PutTool(t.Context(), store.Tool{ID: "t-1", UserID: "u-1", Title: "ROI\r\nBcc: all <i>", ThankVisitors: true}); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, table)
	if !b.receive("m-1", 1, good) || !b.receive("m-1", 2, good) || !b.receive("m-2", 1, good) {
		t.Fatalf("went back: %s", &b.log)
	}
	if len(b.mails) != 2 || b.mails[0].To != "owner@b.example" || b.mails[1].To != "canary@b.example" || b.mails[0].From != "platform@keyvex.example" {
		t.Fatalf("mailed %+v", b.mails)
	}
	lead := b.lead(table)
	if lead.Email != "canary@b.example" || lead.Answers != `{"q":"canary & more","n":[1]}` || lead.OwnerMail.Outcome != store.MailSent || lead.VisitorMail.Outcome != store.MailSent {
		t.Errorf("stored %+v", lead)
	}
	mail := b.mails[0]
	if strings.ContainsAny(mail.Subject, "\r\n") || !strings.Contains(mail.Subject, "ROI") {
		t.Errorf("subject %q", mail.Subject)
	}
	if !strings.Contains(mail.HTML, "canary &lt;b&gt;") || strings.Contains(mail.HTML, "<i>") || !strings.Contains(mail.HTML, "canary &amp; more") || !strings.Contains(mail.HTML, "[1]") {
		t.Errorf("page %s", mail.HTML)
	}
	if !strings.Contains(mail.Text, "Name: canary <b>") || !strings.Contains(mail.Text, "q: canary & more") {
		t.Errorf("text %s", mail.Text)
	}
	if strings.Count(b.emf.String(), `"MailsSent":1`) != 2 {
		t.Errorf("metrics %s", &b.emf)
	}
	for _, says := range []string{`"messageId":"m-1"`, `"leadId":"l-1"`, `"secretVersion":"v1"`} {
		if !strings.Contains(b.log.String(), says) {
			t.Errorf("the log does not say %s", says)
		}
	}
	if strings.Contains(b.log.String()+b.emf.String(), "canary") || strings.Contains(b.log.String(), "owner@") {
		t.Errorf("logged: %s", &b.log)
	}
}

func TestALeadOfAnUnknownToolIsMailedToThePlatform(t *testing.T) {
	b := newBench(t, newTable(t))
	if !b.receive("m-1", 1, good) || len(b.mails) != 1 || b.mails[0].To != "platform@keyvex.example" {
		t.Errorf("mailed %+v: %s", b.mails, &b.log)
	}
}

func TestWithoutASenderLeadsAreStoredAndNothingIsMailed(t *testing.T) {
	table := newTable(t)
	b := newBench(t, table)
	b.processor.From = ""
	if !b.receive("m-1", 1, good) || b.calls != 0 || b.lead(table).OwnerMail != nil {
		t.Errorf("%d calls, %s", b.calls, &b.log)
	}
}

func TestAnInvalidLeadGoesToTheDeadLetterQueueAtOnce(t *testing.T) {
	b := newBench(t, newTable(t))
	if b.receive("m-1", 1, `{"version":9}`) || fmt.Sprint(b.rests) != "[0]" || b.calls != 0 {
		t.Errorf("rests %v, %d calls", b.rests, b.calls)
	}
}

func TestARefusedMailIsRecordedAndNotTriedAgain(t *testing.T) {
	table := newTable(t)
	b := newBench(t, table)
	b.verdicts = []emailprocessor.Result{{Verdict: emailprocessor.Refused, Reason: "status 400"}}
	if !b.receive("m-1", 1, good) || !b.receive("m-1", 2, good) || b.calls != 1 {
		t.Errorf("%d calls: %s", b.calls, &b.log)
	}
	if mail := b.lead(table).OwnerMail; mail == nil || mail.Outcome != store.MailRefused || mail.Reason != "status 400" || !strings.Contains(b.emf.String(), `"MailsRefused":1`) {
		t.Errorf("recorded %+v", mail)
	}
}

func TestABusyProviderIsAskedAgainWhenItSays(t *testing.T) {
	b := newBench(t, newTable(t))
	b.verdicts = []emailprocessor.Result{{Verdict: emailprocessor.TryAgain, Reason: "status 429", After: 77 * time.Second}}
	if b.receive("m-1", 1, good) || fmt.Sprint(b.rests) != "[77]" {
		t.Fatalf("rests %v", b.rests)
	}
	if !b.receive("m-1", 2, good) || len(b.mails) != 1 {
		t.Errorf("%d mails: %s", len(b.mails), &b.log)
	}
}

// A mail that the invocation's end would cut off in the act would be uncertain for good.
func TestNoMailIsBegunThatTheInvocationsEndWouldCutOff(t *testing.T) {
	table := newTable(t)
	if err := table.PutTool(t.Context(), store.Tool{ID: "t-1", UserID: "u-1", Title: "ROI", ThankVisitors: true}); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, table)
	b.now = time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), b.now.Add(38*time.Second))
	defer cancel()
	b.sending = func() { b.now = b.now.Add(14 * time.Second) } // the provider is slow
	if b.receiveIn(ctx, "m-1", 1, good) || len(b.mails) != 1 || fmt.Sprint(b.rests) != "[0]" {
		t.Fatalf("%d mails, rests %v: %s", len(b.mails), b.rests, &b.log)
	}
	if lead := b.lead(table); lead.OwnerMail == nil || lead.VisitorMail != nil {
		t.Errorf("recorded %+v", lead)
	}
	if !b.receive("m-1", 2, good) || len(b.mails) != 2 || b.lead(table).VisitorMail.Outcome != store.MailSent {
		t.Errorf("%d mails: %s", len(b.mails), &b.log)
	}
}

func TestALeadTooLargeForTheTableGoesToTheDeadLetterQueueAtOnce(t *testing.T) {
	b := newBench(t, newTable(t))
	large := strings.Replace(good, `"canary & more"`, `"`+strings.Repeat("x", 410_000)+`"`, 1)
	if b.receive("m-1", 1, large) || fmt.Sprint(b.rests) != "[0]" || b.calls != 0 {
		t.Errorf("rests %v, %d calls: %s", b.rests, b.calls, &b.log)
	}
}

func TestARefusedKeyIsReadAgainAndTriedForTenMinutes(t *testing.T) {
	table := newTable(t)
	b := newBench(t, table)
	for receive := 1; ; receive++ {
		b.verdicts = []emailprocessor.Result{{Verdict: emailprocessor.KeyRefused, Reason: "status 401"}}
		if b.receive("m-1", receive, good) {
			if receive != 5 {
				t.Errorf("given up at receive %d", receive)
			}
			break
		}
		b.now = b.now.Add(time.Duration(b.rests[receive-1]) * time.Second)
	}
	if mail := b.lead(table).OwnerMail; mail == nil || mail.Outcome != store.MailRefused || b.reads < 5 {
		t.Errorf("recorded %+v after %d reads of the secret", mail, b.reads)
	}
}

func TestAMailWithoutAnAnswerIsUncertainAndNotSentAgain(t *testing.T) {
	table := newTable(t)
	b := newBench(t, table)
	b.verdicts = []emailprocessor.Result{{Verdict: emailprocessor.Unknown, Reason: "no answer"}}
	if !b.receive("m-1", 1, good) || !b.receive("m-1", 2, good) || b.calls != 1 || b.lead(table).OwnerMail.Outcome != store.MailUncertain {
		t.Errorf("%d calls: %s", b.calls, &b.log)
	}
}
