package queues_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/queues"
)

// killed is thrown where the process dies.
type killed struct{}

// chaos is an SQS where things go wrong, by a seed.
type chaos struct {
	queues.SQS
	random *rand.Rand
	// dies is after how many calls the process is killed, negative for never.
	calls, dies int
}

var errLost = errors.New("connection reset")

// before is what may happen to a call: the process dies or the call fails before or
// after it took effect.
func (c *chaos) before() (after bool, err error) {
	if c.calls++; c.calls == c.dies && c.random.IntN(2) == 0 {
		panic(killed{})
	}
	time.Sleep(time.Duration(c.random.IntN(200)) * time.Millisecond)
	switch c.random.IntN(20) {
	case 0:
		return false, &smithy.GenericAPIError{Code: "RequestThrottled", Message: "slow down", Fault: smithy.FaultClient}
	case 1:
		return true, errLost
	case 2: // so slow that receipt handles expire
		time.Sleep(40 * time.Second)
	}
	return false, nil
}

func newRandom(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func (c *chaos) after() {
	if c.calls == c.dies {
		panic(killed{})
	}
}

func call[I, O any](c *chaos, ctx context.Context, in *I, f func(context.Context, *I, ...func(*sqs.Options)) (*O, error)) (*O, error) {
	lost, err := c.before()
	if err != nil && !lost {
		return nil, err
	}
	out, failure := f(ctx, in)
	c.after()
	if lost {
		return nil, err
	}
	return out, failure
}

func (c *chaos) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	return again(func() (*sqs.ReceiveMessageOutput, error) { return call(c, ctx, in, c.SQS.ReceiveMessage) })
}

func (c *chaos) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	return again(func() (*sqs.ChangeMessageVisibilityBatchOutput, error) {
		return call(c, ctx, in, c.SQS.ChangeMessageVisibilityBatch)
	})
}

// SendMessageBatch is not tried again by the SDK, and fails in part: SQS then has not
// taken those entries.
func (c *chaos) SendMessageBatch(ctx context.Context, in *sqs.SendMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	fit, failed := c.split(len(in.Entries))
	part := &sqs.SendMessageBatchInput{QueueUrl: in.QueueUrl}
	for _, i := range fit {
		part.Entries = append(part.Entries, in.Entries[i])
	}
	out := new(sqs.SendMessageBatchOutput)
	if len(fit) > 0 {
		var err error
		if out, err = call(c, ctx, part, c.SQS.SendMessageBatch); err != nil {
			return nil, err
		}
	}
	out.Failed = append(out.Failed, failures(failed)...)
	for i := range out.Failed { // some for good
		out.Failed[i].SenderFault = c.random.IntN(4) == 0
	}
	return out, nil
}

func (c *chaos) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	fit, failed := c.split(len(in.Entries))
	part := &sqs.DeleteMessageBatchInput{QueueUrl: in.QueueUrl}
	for _, i := range fit {
		part.Entries = append(part.Entries, in.Entries[i])
	}
	out := new(sqs.DeleteMessageBatchOutput)
	if len(fit) > 0 {
		var err error
		if out, err = again(func() (*sqs.DeleteMessageBatchOutput, error) { return call(c, ctx, part, c.SQS.DeleteMessageBatch) }); err != nil {
			return nil, err
		}
	}
	out.Failed = append(out.Failed, failures(failed)...)
	return out, nil
}

// split draws which entries of a batch fail.
func (c *chaos) split(n int) (fit, failed []int) {
	for i := range n {
		if c.random.IntN(15) == 0 {
			failed = append(failed, i)
		} else {
			fit = append(fit, i)
		}
	}
	return fit, failed
}

func failures(failed []int) (out []types.BatchResultErrorEntry) {
	for _, i := range failed {
		out = append(out, types.BatchResultErrorEntry{Id: aws.String(fmt.Sprint(i)), Code: aws.String("InternalError"), SenderFault: false})
	}
	return out
}

// again stands for the SDK's retries.
func again[O any](f func() (*O, error)) (out *O, err error) {
	for range 20 {
		if out, err = f(); err == nil {
			return out, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return out, err
}

// attempt is one life of a process that redrives.
func (w *world) attempt(over *chaos, folder string) (last queues.RedriveEvent, err error, died bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			if _, ok := thrown.(killed); !ok {
				panic(thrown)
			}
			died = true
		}
	}()
	last, err = redriveAll(w.ctx(), w.queues(over, folder), queues.RedriveOptions{})
	return last, err, false
}

// redriver lives, dies and begins anew until it is done, and gives what its journals
// name.
func (w *world) redriver(random *rand.Rand, folder string) map[string]bool {
	named := map[string]bool{}
	for life := range 40 {
		over := &chaos{SQS: w.sqs, random: random, dies: -1}
		if life < 3 {
			over.dies = 1 + random.IntN(25)
		}
		last, err, died := w.attempt(over, folder)
		for _, id := range last.Doubtful {
			named[id] = true
		}
		if !died && err == nil {
			return named
		}
	}
	w.t.Errorf("the redrive did not come to an end")
	return named
}

// competitor takes a few messages of the dead-letter queue away, as somebody else who
// works it off, and counts them.
func (w *world) competitor(random *rand.Rand, taken map[string]int) {
	for range 5 {
		time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		got, err := w.sqs.ReceiveMessage(w.ctx(), &sqs.ReceiveMessageInput{QueueUrl: &w.dead, MaxNumberOfMessages: 2, VisibilityTimeout: 60})
		if err != nil {
			w.t.Error(err)
			return
		}
		for _, m := range got.Messages {
			if _, err := w.sqs.DeleteMessage(w.ctx(), &sqs.DeleteMessageInput{QueueUrl: &w.dead, ReceiptHandle: m.ReceiptHandle}); err == nil {
				taken[*m.Body]++
			}
		}
	}
}

func chaosRun(t *testing.T, seed uint64) {
	w := newWorld(t)
	random := newRandom(seed)
	const n = 60
	bodies := w.fill(w.dead, n)
	byID := map[string]string{}
	for m, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		byID[m.ID] = m.Body
	}
	taken, done := map[string]int{}, make(chan map[string]bool)
	others := 0
	if seed%2 == 0 { // a second keyvex, on another machine
		others++
		folder := t.TempDir()
		go func() { done <- w.redriver(rand.New(rand.NewPCG(seed, 2)), folder) }()
	}
	if seed%3 == 0 {
		others++
		go func() { w.competitor(rand.New(rand.NewPCG(seed, 3)), taken); done <- nil }()
	}
	named := w.redriver(random, w.folder)
	for range others {
		for id := range <-done {
			named[id] = true
		}
	}
	time.Sleep(time.Minute)
	arrived, left := w.drain(w.source), w.drain(w.dead)
	for body := range left {
		if others == 0 && arrived[body] == 0 {
			t.Errorf("seed %d: it said that it was done, and left %s", seed, body)
		}
	}
	mayRepeat := map[string]bool{}
	for id := range named {
		mayRepeat[byID[id]] = true
	}
	for _, body := range bodies {
		total := arrived[body] + left[body] + taken[body]
		if total == 0 {
			t.Errorf("seed %d: %s is lost", seed, body)
		}
		if total > 1 && !mayRepeat[body] {
			t.Errorf("seed %d: %s is there %d times (%d moved, %d left, %d taken), and no journal names it", seed, body, total, arrived[body], left[body], taken[body])
		}
	}
}

// chaosRuns is how many seeds are run, the usual number unless KEYVEX_CHAOS names another.
func chaosRuns(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_CHAOS")); err == nil {
		return n
	}
	return usual
}

// TestNoChaosLosesAMessage runs fewer seeds by default; KEYVEX_CHAOS names the number.
func TestNoChaosLosesAMessage(t *testing.T) {
	for seed := range uint64(chaosRuns(60)) {
		synctest.Test(t, func(t *testing.T) { chaosRun(t, seed) })
		if t.Failed() {
			return
		}
	}
}
