package queues

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/aws/smithy-go/middleware"

	"github.com/keyvex/keyvex/internal/problem"
)

const (
	// hold is how long a walk hides what it takes, and so how long messages stay
	// hidden after it was killed. It is renewed when less than renewal is left.
	hold    = 30 * time.Second
	renewal = 15 * time.Second
	// longPoll makes SQS ask all of its servers: below 1,000 messages a short poll
	// returns less than there is (SQS short and long polling).
	longPoll = 1
	// emptyPolls in a row mean that nothing is left.
	emptyPolls = 2
	// batchSize is the most that SQS takes in one call.
	batchSize = 10
	// parting is how long giving back may take after an interrupt.
	parting = 10 * time.Second
	// givingBacks is how often giving back is tried, where single messages fail.
	givingBacks = 3
)

// walk takes every message of a queue once and holds it, so that it is not met
// again, until release or the end.
type walk struct {
	*Queues
	name Name
	url  string
	// held are the messages hidden now, by id; only handle and until of them count.
	held map[string]*holding
	// seen counts the messages met.
	seen int
	// lost is until when messages may be hidden whose receive SQS answered in vain.
	lost time.Time
}

type holding struct {
	handle string
	until  time.Time
}

func (q *Queues) newWalk(ctx context.Context, name Name) (*walk, error) {
	url, err := q.url(ctx, name.physical(q.Environment))
	return &walk{Queues: q, name: name, url: url, held: map[string]*holding{}}, err
}

// batches yields what each receive brings that was not met before. It ends when the
// queue shows nothing more and no answer is missing. Whoever is done with it calls
// giveBack.
func (w *walk) batches(ctx context.Context) iter.Seq2[[]*Message, error] {
	return func(yield func([]*Message, error) bool) {
		for empty := 0; empty < emptyPolls; {
			complete := !w.Clock.Now().Before(w.lost)
			fresh, err := w.receive(ctx)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(fresh) == 0 {
				if complete {
					empty++
				}
				continue
			}
			empty = 0
			if !yield(fresh, nil) {
				return
			}
		}
	}
}

func (w *walk) receive(ctx context.Context) ([]*Message, error) {
	if err := w.renew(ctx); err != nil {
		return nil, err
	}
	now := w.Clock.Now()
	out, err := w.SQS.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: &w.url, MaxNumberOfMessages: batchSize, VisibilityTimeout: int32(hold / time.Second), WaitTimeSeconds: longPoll,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll}, MessageAttributeNames: []string{"All"},
	})
	if err != nil {
		return nil, err
	}
	if answerLost(out.ResultMetadata) {
		w.lost = w.Clock.Now().Add(hold)
	}
	var fresh []*Message
	for _, m := range out.Messages {
		// The visibility counts from SQS's answer, which is later than the question.
		message := newMessage(m, w.Clock.Now().UTC(), now.Add(hold))
		_, met := w.held[message.ID]
		w.held[message.ID] = &holding{message.handle, message.until}
		if !met {
			w.seen++
			fresh = append(fresh, message)
		}
	}
	return fresh, nil
}

// answerLost reports whether a call was tried again after SQS may have done it: what
// the lost answer brought is hidden until its visibility ends.
func answerLost(metadata middleware.Metadata) bool {
	tries, _ := retry.GetAttemptResults(metadata)
	return slices.ContainsFunc(tries.Results, func(try retry.AttemptResult) bool { return try.Err != nil && !refusedWhole(try.Err) })
}

// renew holds on to what would soon be visible again.
func (w *walk) renew(ctx context.Context) error {
	now := w.Clock.Now()
	var due []string
	for id, h := range w.held {
		if h.until.Sub(now) < renewal {
			due = append(due, id)
		}
	}
	if len(due) == 0 {
		return nil
	}
	return w.change(ctx, due, hold)
}

// release forgets a message that was deleted, or is not to be held any longer.
func (w *walk) release(id string) { delete(w.held, id) }

// change sets when messages become visible again, with a few calls at a time where
// there are many. One that is gone is forgotten, one that fails otherwise keeps its time.
func (w *walk) change(ctx context.Context, ids []string, visibility time.Duration) error {
	type result struct {
		ids   []string
		out   *sqs.ChangeMessageVisibilityBatchOutput
		until time.Time
		err   error
	}
	chunks := slices.Collect(slices.Chunk(ids, batchSize))
	results := make([]result, len(chunks))
	each(len(chunks), func(i int) {
		until := w.Clock.Now().Add(visibility)
		out, err := w.SQS.ChangeMessageVisibilityBatch(ctx, w.changing(chunks[i], visibility))
		results[i] = result{chunks[i], out, until, err}
	})
	var failure error
	for _, r := range results {
		if r.err == nil {
			w.changed(r.ids, r.out.Failed, r.until)
		} else if failure == nil {
			failure = r.err
		}
	}
	return failure
}

func (w *walk) changing(ids []string, visibility time.Duration) *sqs.ChangeMessageVisibilityBatchInput {
	in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &w.url}
	for i, id := range ids {
		in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{
			Id: new(fmt.Sprint(i)), ReceiptHandle: &w.held[id].handle, VisibilityTimeout: int32(visibility / time.Second),
		})
	}
	return in
}

func (w *walk) changed(ids []string, failures []types.BatchResultErrorEntry, until time.Time) {
	for i, id := range ids {
		switch failure := failed(failures, i); {
		case failure == nil:
			w.held[id].until = until
		case failure.SenderFault: // it is not in flight any more
			delete(w.held, id)
		}
	}
}

// abreast is how many calls run at a time; so few go one after the other.
const abreast = 8

// each calls f for 0 to n-1 and waits.
func each(n int, f func(i int)) {
	if n <= abreast {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range abreast {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}

// giveBack makes what is held visible again, at once, even after an interrupt. It
// forgets what it gave back.
func (w *walk) giveBack(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), parting)
	defer cancel()
	var err error
	for range givingBacks {
		if err = w.change(ctx, slices.Collect(maps.Keys(w.held)), 0); err != nil {
			break
		}
		now := w.Clock.Now()
		maps.DeleteFunc(w.held, func(_ string, h *holding) bool { return !h.until.After(now) })
	}
	if len(w.held) == 0 {
		return nil
	}
	return problem.New(problem.Failed, "%d messages of %s stay hidden for up to %s", len(w.held), w.name, hold).
		WithHint("they become visible again by themselves").WithCause(err)
}

// failed finds the failure of the entry with that index, or nil.
func failed(failures []types.BatchResultErrorEntry, index int) *types.BatchResultErrorEntry {
	for i := range failures {
		if failures[i].Id != nil && *failures[i].Id == fmt.Sprint(index) {
			return &failures[i]
		}
	}
	return nil
}
