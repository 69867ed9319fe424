package queues_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/queues"
)

// picky is an SQS that fails the entries whose body holds a piece, with a code.
type picky struct {
	queues.SQS
	piece, code string
	sender      bool
}

func (p picky) SendMessageBatch(ctx context.Context, in *sqs.SendMessageBatchInput, o ...func(*sqs.Options)) (*sqs.SendMessageBatchOutput, error) {
	part, refused := &sqs.SendMessageBatchInput{QueueUrl: in.QueueUrl}, []types.BatchResultErrorEntry{}
	for _, entry := range in.Entries {
		if strings.Contains(*entry.MessageBody, p.piece) {
			refused = append(refused, types.BatchResultErrorEntry{Id: entry.Id, Code: &p.code, Message: aws.String("no"), SenderFault: p.sender})
		} else {
			part.Entries = append(part.Entries, entry)
		}
	}
	out := new(sqs.SendMessageBatchOutput)
	if len(part.Entries) > 0 {
		var err error
		if out, err = p.SQS.SendMessageBatch(ctx, part, o...); err != nil {
			return nil, err
		}
	}
	out.Failed = refused
	return out, nil
}

// numbered is an export of n messages, the third of which is bad.
func numbered(n int) string {
	var out strings.Builder
	for i := 1; i <= n; i++ {
		body := fmt.Sprint("message ", i)
		if i == 3 {
			body = "bad"
		}
		fmt.Fprintf(&out, "{\"id\":\"id-%d\",\"body\":%q}\n", i, body)
	}
	return out.String()
}

func TestAnImportSendsWhatStandsBehindARefusedLineOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var last queues.Imported
		var failure error
		for last, failure = range w.queues(picky{w.sqs, "bad", "InvalidMessageContents", true}, "").Import(t.Context(), email, strings.NewReader(numbered(14)), 0) {
		}
		if failure == nil || !strings.Contains(failure.Error(), "InvalidMessageContents") || last.Line != 14 || last.Sent != 13 || fmt.Sprint(last.Refused) != "[3]" || len(last.Doubtful) != 0 {
			t.Errorf("%+v, %v", last, failure)
		}
		for body, times := range w.drain(w.source) {
			if times != 1 {
				t.Errorf("%s was sent %d times", body, times)
			}
		}
	})
}

func TestAnImportNamesWhatCarryingOnSendsTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var last queues.Imported
		var failure error
		for last, failure = range w.queues(picky{w.sqs, "bad", "InternalError", false}, "").Import(t.Context(), email, strings.NewReader(numbered(5)), 0) {
		}
		if failure == nil || last.Line != 2 || last.Sent != 4 {
			t.Errorf("%+v, %v", last, failure)
		}
		for _, err := range w.queues(nil, "").Import(t.Context(), email, strings.NewReader(numbered(5)), last.Line) {
			if err != nil {
				t.Fatal(err)
			}
		}
		twice := 0
		for _, times := range w.drain(w.source) {
			twice += times - 1
		}
		if fmt.Sprint(last.Doubtful) != "[id-4 id-5]" || twice != 2 {
			t.Errorf("%v are named, %d came twice", last.Doubtful, twice)
		}
	})
}
