package queues_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// lossy loses each fifth answer to the first receives: the messages are hidden by then.
type lossy struct {
	aws.HTTPClient
	receives int
}

func (l *lossy) Do(request *http.Request) (*http.Response, error) {
	response, err := l.HTTPClient.Do(request)
	if strings.HasSuffix(request.Header.Get("X-Amz-Target"), "ReceiveMessage") {
		if l.receives++; l.receives%5 == 0 && l.receives < 20 {
			return nil, errors.New("connection reset by peer")
		}
	}
	return response, err
}

func (w *world) lossy() *sqs.Client {
	config := w.config.Copy()
	config.HTTPClient = &lossy{HTTPClient: config.HTTPClient}
	return sqs.NewFromConfig(config)
}

func TestARedriveMovesWhatALostAnswerHid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 200)
		last, err := redriveAll(t.Context(), w.queues(w.lossy(), ""), queues.RedriveOptions{Selection: queues.Selection{Where: where(t, "body.n >= 0")}})
		if err != nil || last.Moved != 200 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestAPeekShowsWhatALostAnswerHid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 200)
		met := 0
		for _, err := range w.queues(w.lossy(), "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			if err != nil {
				t.Fatal(err)
			}
			met++
		}
		if met != 200 {
			t.Errorf("%d of 200", met)
		}
	})
}

func TestARedriveSaysWhatItCouldNotMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		// Somebody else has ten of them, for longer than a redrive waits.
		if _, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.dead, MaxNumberOfMessages: 10, VisibilityTimeout: 300}); err != nil {
			t.Fatal(err)
		}
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{})
		if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "10 messages") || last.Moved != 20 || last.InFlight != 10 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestARedriveWaitsForWhatAPeekGivesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		// As a peek that was killed leaves them.
		if _, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.dead, MaxNumberOfMessages: 10, VisibilityTimeout: 30}); err != nil {
			t.Fatal(err)
		}
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{})
		if err != nil || last.Moved != 30 || last.InFlight != 0 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestARedriveNamesWhatItWasAskedForAndDidNotMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		var one string
		for m, err := range w.queues(nil, "").Peek(t.Context(), email.DeadLetter(), queues.PeekOptions{}) {
			if one = m.ID; err != nil {
				t.Fatal(err)
			}
			break
		}
		ids := map[string]bool{one: true, "11111111-2222-3333-4444-555555555555": true}
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{Selection: queues.Selection{IDs: ids}})
		if !problem.Is(err, problem.NotFound) || !strings.Contains(err.Error(), "11111111") || last.Moved != 1 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

func TestARedriveThatAMessageIsRefusedOfFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 3)
		if _, err := w.sqs.SetQueueAttributes(t.Context(), &sqs.SetQueueAttributesInput{QueueUrl: &w.source, Attributes: map[string]string{"MaximumMessageSize": "1024"}}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.sqs.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &w.dead, MessageBody: aws.String(strings.Repeat("x", 2000))}); err != nil {
			t.Fatal(err)
		}
		last, err := redriveAll(t.Context(), w.queues(nil, ""), queues.RedriveOptions{})
		if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "larger than its queue takes") || last.Moved != 3 || last.Refused != 1 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}

// late gives back what it holds when the queue's attributes are asked for after its time.
type late struct {
	queues.SQS
	url, handle string
	from        time.Time
}

func (l *late) GetQueueAttributes(ctx context.Context, in *sqs.GetQueueAttributesInput, o ...func(*sqs.Options)) (*sqs.GetQueueAttributesOutput, error) {
	if *in.QueueUrl == l.url && time.Now().After(l.from) {
		entry := types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String("0"), ReceiptHandle: &l.handle}
		if _, err := l.ChangeMessageVisibilityBatch(ctx, &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &l.url, Entries: []types.ChangeMessageVisibilityBatchRequestEntry{entry}}); err != nil {
			return nil, err
		}
	}
	return l.SQS.GetQueueAttributes(ctx, in, o...)
}

func TestWhatIsGivenBackAtTheLastMomentIsNotSaidToBeMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fill(w.dead, 30)
		got, err := w.sqs.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.dead, VisibilityTimeout: 300})
		if err != nil {
			t.Fatal(err)
		}
		// The longest that a peek hides a message, and a second: then nobody waits any more.
		other := &late{w.sqs, w.dead, *got.Messages[0].ReceiptHandle, time.Now().Add(33 * time.Second)}
		last, err := redriveAll(t.Context(), w.queues(other, ""), queues.RedriveOptions{})
		if left := len(w.visible(w.dead)); left != 1 || last.Moved != 29 {
			t.Fatalf("%+v, %v, %d left: it was given back too early for this test", last, err, left)
		}
		if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "1 messages") || last.InFlight != 1 {
			t.Errorf("%+v, %v", last, err)
		}
	})
}
