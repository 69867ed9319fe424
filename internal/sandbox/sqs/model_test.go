package sqs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
)

// The model is a plain list of messages, looked through from the front: slow, and
// short enough to be believed.
type modelMessage struct {
	body, group string
	sent        time.Time
	visible     time.Time
	receives    int
	handle      string
}

type model struct {
	fifo          bool
	queue, dlq    []*modelMessage
	maxReceives   int
	visibility    time.Duration
	retention     time.Duration
	deduplication map[string]time.Time
}

func (m *model) now() time.Time { return time.Now() }

// live are the messages that have not outlived the retention.
func (m *model) expire() {
	old := func(x *modelMessage) bool { return !x.sent.Add(m.retention).After(m.now()) }
	m.queue = slices.DeleteFunc(m.queue, old)
	m.dlq = slices.DeleteFunc(m.dlq, old)
}

func (m *model) inFlight(x *modelMessage) bool { return x.receives > 0 && x.visible.After(m.now()) }

// receive gives the bodies that a receive of n must get.
func (m *model) receive(n int) (got []*modelMessage) {
	m.expire()
	blocked := map[string]bool{}
	for _, x := range m.queue {
		if m.fifo && m.inFlight(x) {
			blocked[x.group] = true
		}
	}
	for i := 0; i < len(m.queue) && len(got) < n; i++ {
		x := m.queue[i]
		if x.visible.After(m.now()) || blocked[x.group] {
			if m.fifo {
				blocked[x.group] = true
			}
			continue
		}
		if x.receives >= m.maxReceives {
			m.queue = slices.Delete(m.queue, i, i+1)
			i--
			if m.fifo {
				x.sent = m.now()
			}
			m.dlq = append(m.dlq, x)
			continue
		}
		got = append(got, x)
	}
	for _, x := range got {
		x.receives++
		x.visible = m.now().Add(m.visibility)
	}
	return got
}

func (m *model) counts() [3]string {
	m.expire()
	var visible, flying, delayed int
	for _, x := range m.queue {
		switch {
		case m.inFlight(x):
			flying++
		case x.visible.After(m.now()):
			delayed++
		default:
			visible++
		}
	}
	return [3]string{fmt.Sprint(visible), fmt.Sprint(flying), fmt.Sprint(delayed)}
}

// machine drives the service and the model with the same steps.
type machine struct {
	t       *testing.T
	client  *sdk.Client
	url     string
	dlq     string
	model   *model
	handles []*modelMessage
	bodies  int
}

func newMachine(t *testing.T, rt *rapid.T, isFIFO bool) *machine {
	service := sqs.New(oracle.Host())
	m := &machine{t: t, client: sdk.NewFromConfig(oracle.Config(service.Wire())), model: &model{
		fifo: isFIFO, maxReceives: rapid.IntRange(1, 3).Draw(rt, "maxReceiveCount"), visibility: 30 * time.Second,
		retention: 200 * time.Second, deduplication: map[string]time.Time{},
	}}
	suffix, common := "", map[string]string{"MessageRetentionPeriod": "200"}
	if isFIFO {
		suffix, common = ".fifo", map[string]string{"MessageRetentionPeriod": "200", "FifoQueue": "true"}
	}
	m.dlq = create(t, m.client, "dlq"+suffix, common)
	common["RedrivePolicy"] = redriveTo("dlq"+suffix, m.model.maxReceives)
	m.url = create(t, m.client, "main"+suffix, common)
	return m
}

func (m *machine) send(rt *rapid.T) {
	m.bodies++
	body := fmt.Sprint(m.bodies)
	in := &sdk.SendMessageInput{QueueUrl: &m.url, MessageBody: &body}
	x := &modelMessage{body: body, sent: time.Now(), visible: time.Now()}
	duplicate := false
	if m.model.fifo {
		x.group = rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "group")
		id := rapid.SampledFrom(strings.Split("1 2 3 4 5 6 7 8 9 10 11 12", " ")).Draw(rt, "deduplication")
		in.MessageGroupId, in.MessageDeduplicationId = &x.group, &id
		at, known := m.model.deduplication[id]
		duplicate = known && time.Since(at) < 5*time.Minute
		if !duplicate {
			m.model.deduplication[id] = time.Now()
		}
	} else {
		delay := rapid.SampledFrom([]int32{0, 0, 0, 7, 45}).Draw(rt, "delay")
		in.DelaySeconds, x.visible = delay, x.visible.Add(time.Duration(delay)*time.Second)
	}
	if _, err := m.client.SendMessage(m.t.Context(), in); err != nil {
		rt.Fatal(err)
	}
	if !duplicate {
		m.model.queue = append(m.model.queue, x)
	}
}

func (m *machine) receive(rt *rapid.T) {
	n := rapid.IntRange(1, 10).Draw(rt, "max")
	out, err := m.client.ReceiveMessage(m.t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &m.url, MaxNumberOfMessages: int32(n)})
	if err != nil {
		rt.Fatal(err)
	}
	want := m.model.receive(n)
	var wanted []string
	for i, x := range want {
		wanted = append(wanted, x.body)
		if i < len(out.Messages) {
			x.handle = *out.Messages[i].ReceiptHandle
		}
	}
	if !slices.Equal(bodies(out.Messages), wanted) {
		rt.Fatalf("received %v, want %v", bodies(out.Messages), wanted)
	}
	m.handles = append(m.handles, want...)
}

// pick draws a message that has been received and is still in the queue.
func (m *machine) pick(rt *rapid.T) *modelMessage {
	m.model.expire()
	m.handles = slices.DeleteFunc(m.handles, func(x *modelMessage) bool { return !slices.Contains(m.model.queue, x) })
	if len(m.handles) == 0 {
		rt.Skip("nothing was received")
	}
	return rapid.SampledFrom(m.handles).Draw(rt, "message")
}

func (m *machine) delete(rt *rapid.T) {
	x := m.pick(rt)
	_, err := m.client.DeleteMessage(m.t.Context(), &sdk.DeleteMessageInput{QueueUrl: &m.url, ReceiptHandle: &x.handle})
	if late := m.model.fifo && !m.model.inFlight(x); late != (err != nil) {
		rt.Fatalf("delete, late %v: %v", late, err)
	} else if late {
		return
	}
	m.model.queue = slices.DeleteFunc(m.model.queue, func(y *modelMessage) bool { return x == y })
}

func (m *machine) change(rt *rapid.T) {
	x := m.pick(rt)
	timeout := rapid.SampledFrom([]int32{0, 5, 90}).Draw(rt, "timeout")
	_, err := m.client.ChangeMessageVisibility(m.t.Context(), &sdk.ChangeMessageVisibilityInput{QueueUrl: &m.url, ReceiptHandle: &x.handle, VisibilityTimeout: timeout})
	if m.model.inFlight(x) != (err == nil) {
		rt.Fatalf("change, in flight %v: %v", m.model.inFlight(x), err)
	}
	if err == nil {
		x.visible = time.Now().Add(time.Duration(timeout) * time.Second)
	}
}

func (m *machine) check(rt *rapid.T) {
	if got, want := counts(m.t, m.client, m.url), m.model.counts(); got != want {
		rt.Fatalf("counts %v, want %v", got, want)
	}
	if got := counts(m.t, m.client, m.dlq)[0]; got != fmt.Sprint(len(m.model.dlq)) {
		rt.Fatalf("%s dead letters, want %d", got, len(m.model.dlq))
	}
}

func TestQueuesBehaveAsTheirModel(t *testing.T) {
	for name, isFIFO := range map[string]bool{"standard": false, "FIFO": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				synctest.Test(t, func(t *testing.T) {
					m := newMachine(t, rt, isFIFO)
					rt.Repeat(map[string]func(*rapid.T){
						"send": m.send, "receive": m.receive, "delete": m.delete, "change visibility": m.change, "": m.check,
						"wait": func(rt *rapid.T) {
							time.Sleep(time.Duration(rapid.SampledFrom([]int{1, 5, 29, 30, 61}).Draw(rt, "seconds")) * time.Second)
						},
					})
				})
			})
		})
	}
}

// Nothing that was sent is lost or delivered twice at a time, whoever polls.
func TestConcurrentReceiversShareTheMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		url := create(t, c, "q", nil)
		const n, receivers = 200, 8
		got := make(chan string, n)
		for range receivers {
			go func() {
				for {
					out, err := c.ReceiveMessage(t.Context(), &sdk.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 3, WaitTimeSeconds: 20})
					if err != nil || len(out.Messages) == 0 {
						return
					}
					for _, m := range out.Messages {
						got <- *m.Body
						_, _ = c.DeleteMessageBatch(t.Context(), &sdk.DeleteMessageBatchInput{QueueUrl: &url, Entries: []types.DeleteMessageBatchRequestEntry{{Id: aws.String("1"), ReceiptHandle: m.ReceiptHandle}}})
					}
				}
			}()
		}
		for i := range n {
			send(t, c, url, fmt.Sprint(i))
		}
		seen := map[string]int{}
		for range n {
			seen[<-got]++
		}
		time.Sleep(21 * time.Second)
		if len(seen) != n || len(got) != 0 || counts(t, c, url) != [3]string{"0", "0", "0"} {
			t.Errorf("%d of %d received, %d more, counts %v", len(seen), n, len(got), counts(t, c, url))
		}
	})
}
