package lambda_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	sdksqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// plan is what the function does with each message: one deed for each time that it
// sees it.
type plan struct {
	deeds                         map[string][]string
	batch, window, most, maxTries int
	disableAt, enableAt           time.Duration
}

func drawPlan(t *rapid.T) plan {
	p := plan{
		deeds: map[string][]string{}, batch: rapid.IntRange(1, 25).Draw(t, "batch"), most: rapid.IntRange(2, 12).Draw(t, "most"),
		maxTries: rapid.IntRange(1, 4).Draw(t, "tries"),
	}
	if p.batch > 10 || rapid.Bool().Draw(t, "has window") {
		p.window = rapid.IntRange(1, 20).Draw(t, "window")
	}
	if rapid.Bool().Draw(t, "paused") {
		p.disableAt = time.Duration(rapid.IntRange(0, 20_000).Draw(t, "disable")) * time.Millisecond
		p.enableAt = time.Duration(rapid.IntRange(0, 100_000).Draw(t, "enable")) * time.Millisecond
	}
	deed := rapid.SampledFrom([]string{"succeed", "succeed", "succeed", "report", "fail", "panic", "garble", "time out"})
	for n := range rapid.IntRange(1, 40).Draw(t, "messages") {
		p.deeds[fmt.Sprint("m", n)] = rapid.SliceOfN(deed, p.maxTries, p.maxTries).Draw(t, "deeds")
	}
	return p
}

// book is what the function did.
type book struct {
	plan
	mu    sync.Mutex
	seen  map[string]int
	acked map[string]bool
	wrong []string
}

func (b *book) handle(ctx context.Context, in runner.Invocation) ([]byte, error) {
	e := parse(in)
	b.mu.Lock()
	var response struct {
		BatchItemFailures []map[string]string `json:"batchItemFailures"`
	}
	var kept []string
	whole := ""
	for _, r := range e.Records {
		if b.acked[r.Body] {
			b.wrong = append(b.wrong, r.Body+" came again after its success")
		}
		b.seen[r.Body]++
		if b.seen[r.Body] > b.maxTries || fmt.Sprint(b.seen[r.Body]) != r.Attributes["ApproximateReceiveCount"] {
			b.wrong = append(b.wrong, fmt.Sprintf("%s came %d times, with receive count %s", r.Body, b.seen[r.Body], r.Attributes["ApproximateReceiveCount"]))
			continue
		}
		switch deed := b.deeds[r.Body][b.seen[r.Body]-1]; deed {
		case "succeed":
			kept = append(kept, r.Body)
		case "report":
			response.BatchItemFailures = append(response.BatchItemFailures, map[string]string{"itemIdentifier": r.MessageID})
		default:
			whole = deed
		}
	}
	if whole == "" {
		for _, body := range kept {
			b.acked[body] = true
		}
	}
	b.mu.Unlock()
	switch whole {
	case "fail":
		return nil, errors.New("refused")
	case "panic":
		panic("lost")
	case "garble":
		return []byte("{"), nil
	case "time out":
		return nil, clock.Sleep(ctx, clock.Wall{}, time.Hour)
	}
	return json.Marshal(response)
}

func TestEveryMessageIsAcknowledgedOrComesAgainOrIsADeadLetter(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := &book{plan: drawPlan(rt), seen: map[string]int{}, acked: map[string]bool{}}
		var dead map[string]bool
		left := ""
		inBubble(t, b.maxTries, b.handle, func(w *world) {
			id := w.mapping(func(in *sdk.CreateEventSourceMappingInput) {
				reports(in)
				in.BatchSize, in.MaximumBatchingWindowInSeconds = aws.Int32(int32(b.batch)), aws.Int32(int32(b.window))
				in.ScalingConfig = &types.ScalingConfig{MaximumConcurrency: aws.Int32(int32(b.most))}
			})
			for body := range b.deeds {
				w.send("q", body)
			}
			if b.enableAt > 0 {
				w.sleep(b.disableAt)
				w.enable(id, false)
				w.sleep(b.enableAt)
				w.enable(id, true)
			}
			w.sleep(20 * time.Minute)
			left, dead = w.counts("q"), w.drain("dlq")
		})
		if left != "0+0" || len(b.wrong) > 0 {
			rt.Fatalf("q has %s; %v", left, b.wrong)
		}
		for body := range b.deeds {
			if b.acked[body] == dead[body] {
				rt.Fatalf("%s: acknowledged %v, dead %v", body, b.acked[body], dead[body])
			}
			if dead[body] && b.seen[body] != b.maxTries {
				rt.Fatalf("%s died after %d tries of %d", body, b.seen[body], b.maxTries)
			}
		}
	})
}

func (w *world) enable(id string, on bool) {
	w.t.Helper()
	if _, err := w.lambda.UpdateEventSourceMapping(w.t.Context(), &sdk.UpdateEventSourceMappingInput{UUID: &id, Enabled: &on}); err != nil {
		w.t.Fatal(err)
	}
}

// drain gives the bodies in a queue.
func (w *world) drain(queue string) map[string]bool {
	w.t.Helper()
	url, _ := w.sqs.QueueURL("arn:aws:sqs:us-east-1:123456789012:" + queue)
	out := map[string]bool{}
	for {
		got, err := w.sqs.ReceiveMessage(w.t.Context(), &sdksqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10, VisibilityTimeout: 3600})
		if err != nil {
			w.t.Fatal(err)
		}
		for _, m := range got.Messages {
			out[*m.Body] = true
		}
		if len(got.Messages) == 0 {
			return out
		}
	}
}
