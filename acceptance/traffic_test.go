package acceptance

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

// trafficLine is what this test reads of a line of local traffic --json.
type trafficLine struct {
	Event    string
	JobID    string
	Jobs     int
	Answered int
	Failed   int
	Refused  int
	Seconds  float64
}

// aws makes clients of the home's local platform.
func (h *home) aws() aws.Config {
	h.t.Helper()
	state := filepath.Join(h.dir, "keyvex", "state")
	info, err := daemon.Status(h.t.Context(), state)
	if err != nil {
		h.t.Fatal(err)
	}
	id, secret, err := daemon.Credentials(state)
	if err != nil {
		h.t.Fatal(err)
	}
	return aws.Config{Region: info.Region, BaseEndpoint: &info.Endpoint, Credentials: credentials.NewStaticCredentialsProvider(id, secret, "")}
}

// traffic plays users and gives what became of every job, in the order of posting.
func (h *home) traffic(args ...string) (posted []string, ended map[string]string, last trafficLine) {
	h.t.Helper()
	cmd := h.command(binary, append([]string{"local", "traffic", "--json"}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	ended = map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		last = trafficLine{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			h.t.Fatalf("%s: %v", lines.Text(), err)
		}
		switch last.Event {
		case "posted":
			posted = append(posted, last.JobID)
		case "answered", "failed":
			ended[last.JobID] = last.Event
		}
	}
	if err := cmd.Wait(); err != nil {
		h.t.Fatal(err)
	}
	return posted, ended, last
}

var local = platform.Environment{Name: platform.Local, Tier: platform.Development}

// messages gives the number of messages of every AI session in the table.
func messages(t *testing.T, db *dynamodb.Client) map[string]int {
	t.Helper()
	out := map[string]int{}
	pages := dynamodb.NewScanPaginator(db, &dynamodb.ScanInput{
		TableName: aws.String(local.TableName()), FilterExpression: aws.String("SK = :metadata AND attribute_exists(messages)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":metadata": &types.AttributeValueMemberS{Value: "METADATA"}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			key, _ := item["PK"].(*types.AttributeValueMemberS)
			number, _ := item["messages"].(*types.AttributeValueMemberN)
			if key == nil || number == nil {
				t.Fatalf("a session without a key or a number of messages: %v", item)
			}
			out[strings.TrimPrefix(key.Value, "SESSION#")], _ = strconv.Atoi(number.Value)
		}
	}
	return out
}

func queueURL(endpoint, name string) *string {
	return aws.String(endpoint + "/000000000000/" + name)
}

// dead gives the ids of the jobs in the dead-letter queue of AI jobs, with how many
// messages each has there.
func dead(t *testing.T, queues *sqs.Client, endpoint string) map[string]int {
	t.Helper()
	out := map[string]int{}
	for {
		got, err := queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: queueURL(endpoint, local.DeadLetterQueueName(platform.AIProcessing)), MaxNumberOfMessages: 10, VisibilityTimeout: 3600,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Messages) == 0 {
			return out
		}
		for _, message := range got.Messages {
			var body struct{ JobID string }
			if err := json.Unmarshal([]byte(*message.Body), &body); err != nil {
				t.Fatal(err)
			}
			out[body.JobID]++
		}
	}
}

// left is how many messages a queue still has.
func left(t *testing.T, queues *sqs.Client, endpoint, name string) (visible, inFlight int) {
	t.Helper()
	got, err := queues.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: queueURL(endpoint, name), AttributeNames: []sqstypes.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) int {
		n, err := strconv.Atoi(got.Attributes[name])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return number("ApproximateNumberOfMessages") + number("ApproximateNumberOfMessagesDelayed"), number("ApproximateNumberOfMessagesNotVisible")
}

// drained moves the clock over the visibility timeouts of what killed functions held,
// until the queue of AI jobs is empty.
func (h *home) drained(queues *sqs.Client, endpoint string) {
	h.t.Helper()
	deadline := time.Now().Add(patience)
	advanced := 0
	for time.Now().Before(deadline) {
		visible, inFlight := left(h.t, queues, endpoint, local.QueueName(platform.AIProcessing))
		if visible+inFlight == 0 {
			return
		}
		if visible == 0 {
			if err := daemon.Advance(h.t.Context(), filepath.Join(h.dir, "keyvex", "state"), 10*time.Minute); err != nil {
				h.t.Fatal(err)
			}
			advanced++
		}
		time.Sleep(200 * time.Millisecond)
	}
	h.t.Fatalf("the queue is not empty after %d times ten minutes", advanced)
}

// pss sums the memory of the local platform and of the functions' processes, in MB:
// each shared page counts once.
func (h *home) pss() (sum float64, processes int) {
	h.t.Helper()
	info, err := daemon.Status(h.t.Context(), filepath.Join(h.dir, "keyvex", "state"))
	if err != nil {
		h.t.Fatal(err)
	}
	children, _ := exec.Command("pgrep", "-P", strconv.Itoa(info.PID)).Output()
	for _, pid := range append(strings.Fields(string(children)), strconv.Itoa(info.PID)) {
		rollup, err := os.ReadFile("/proc/" + pid + "/smaps_rollup")
		if err != nil {
			continue // it has just ended
		}
		for line := range strings.Lines(string(rollup)) {
			var kB float64
			if n, _ := fmt.Sscanf(line, "Pss: %f kB", &kB); n == 1 {
				sum += kB / 1024
				processes++
			}
		}
	}
	return sum, processes
}

// watchMemory reports the largest sum of PSS until it is stopped.
func (h *home) watchMemory() (stop func() (peak float64, processes int)) {
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	var peak float64
	var processes int
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if sum, n := h.pss(); sum > peak {
				peak, processes = sum, n
			}
			time.Sleep(500 * time.Millisecond)
		}
	}()
	return func() (float64, int) { cancel(); <-done; return peak, processes }
}

func TestFiveHundredJobsAMinuteAreAnsweredOrDeadAndNoneIsLost(t *testing.T) {
	figures := os.Getenv("KEYVEX_FIGURES") != ""
	if !figures { // the most of it waits for retries
		t.Parallel()
	}
	h := newHome(t)
	h.must("local", "up", "--pace", "100000")
	h.must("deploy", "-e", "local", "--yes")
	cfg := h.aws()
	db, queues := dynamodb.NewFromConfig(cfg), sqs.NewFromConfig(cfg)

	seconds := 12
	if figures {
		seconds = 60
	}
	stopMemory := func() (float64, int) { return 0, 0 }
	if runtime.GOOS == "linux" {
		stopMemory = h.watchMemory()
	}
	begin := time.Now()
	calm, ended, last := h.traffic("--rate", "560", "--errors", "2", "--for", fmt.Sprintf("%ds", seconds), "--users", "10", "--seed", "1")
	took := time.Since(begin)
	peak, processes := stopMemory()
	rate := float64(len(ended)) / took.Minutes()
	t.Logf("calm: %d jobs posted, %d answered, %d failed, %d refused at the door in %v: %.0f a minute; at most %.0f MB in %d processes",
		len(calm), last.Answered, last.Failed, last.Refused, took.Round(time.Millisecond), rate, peak, processes)
	if last.Refused > 0 || len(ended) != len(calm) {
		t.Errorf("%d of %d jobs came to an end at their users, %d were refused", len(ended), len(calm), last.Refused)
	}
	if figures && (rate < 500 || peak > 400) {
		t.Errorf("%.0f jobs a minute in %.0f MB, not 500 in 400", rate, peak)
	}

	h.must("local", "chaos", "--throttle", "10", "--errors", "5", "--kill", "2s")
	stormy, _, last := h.traffic("--rate", "560", "--errors", "5", "--for", fmt.Sprintf("%ds", seconds), "--users", "10", "--seed", "2")
	chaos := h.must("local", "chaos").stdout
	h.must("local", "chaos", "--off")
	h.drained(queues, *cfg.BaseEndpoint)
	t.Logf("chaos: %d posted, %d answered and %d failed at their users, %d refused at the door\n%s", len(stormy), last.Answered, last.Failed, last.Refused, chaos)

	h.none(append(calm, stormy...), messages(t, db), dead(t, queues, *cfg.BaseEndpoint))
}

// none is lost: every job that the REST API took is a session of its own with a
// question and one answer, or a message in the dead-letter queue, and not both.
func (h *home) none(posted []string, sessions, dead map[string]int) {
	h.t.Helper()
	answered := 0
	for _, id := range posted {
		stored := sessions["session-"+strings.TrimPrefix(id, "job-")]
		if !(stored == 2 && dead[id] == 0 || stored == 0 && dead[id] == 1) {
			h.t.Errorf("%s has %d messages in its session, and is %d times in the dead-letter queue", id, stored, dead[id])
		}
		answered += stored / 2
	}
	h.t.Logf("%d jobs: %d answered, %d dead", len(posted), answered, len(dead))
}
