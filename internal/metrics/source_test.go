package metrics_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
	"github.com/keyvex/keyvex/internal/unraced"
)

// silence is a source that is made to fail, by the service and the operation it is
// asked by.
var silences = []struct {
	source             metrics.SourceName
	service, operation string
}{
	{metrics.SourceMetrics, "monitoring", "GetMetricData"},
	{metrics.SourceQueues, "sqs", "GetQueueAttributes"},
	{metrics.SourceConsumers, "lambda", "ListEventSourceMappings"},
	{metrics.SourceStacks, "cloudformation", "DescribeStacks"},
	{metrics.SourceAlarms, "monitoring", "DescribeAlarms"},
	{metrics.SourceChanges, "cloudformation", "DescribeStackEvents"},
}

func TestASourceThatFailsTakesNothingFromTheOthersAndIsNeverGreen(t *testing.T) {
	for kind, words := range map[faults.Kind]string{faults.Throttle: "throttled", faults.Latency: "does not answer"} {
		for _, silence := range silences {
			t.Run(string(kind)+" "+string(silence.source), func(t *testing.T) {
				if kind != faults.Latency { // what waits longest meets the others most
					unraced.Only(t)
				}
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					time.Sleep(3 * time.Minute)
					c := w.collector(0)
					if s := c.Once(t.Context()); s.Verdict.Level != metrics.Healthy {
						t.Fatalf("before: %+v", s.Verdict)
					}
					before := time.Now()
					rule := faults.Rule{Service: silence.service, Operation: silence.operation, Kind: kind, Probability: 1}
					if kind == faults.Latency {
						rule.Latency = time.Hour
					}
					w.fail(rule)
					time.Sleep(time.Minute)
					s := c.Once(t.Context())
					for _, source := range s.Sources {
						failing := source.Name == silence.source || silence.source == metrics.SourceStacks && source.Name == metrics.SourceChanges
						if source.Failing() && !failing {
							t.Errorf("%s fails too: %v", source.Name, source.Err)
						}
						if source.Name == silence.source && (!source.Failing() || source.Code == "" || source.Answered.After(before)) {
							t.Errorf("%+v", source)
						}
					}
					worst, _ := s.Verdict.Worst()
					if s.Verdict.Level != metrics.Unknown || worst.Resource.Name != string(silence.source) || !strings.Contains(worst.Text, words) {
						t.Errorf("%+v", s.Verdict)
					}
					w.fail()
					time.Sleep(time.Minute)
					if s := c.Once(t.Context()); s.Verdict.Level != metrics.Healthy {
						t.Errorf("when it is over: %+v", s.Verdict)
					}
					time.Sleep(2 * time.Hour) // what still hangs comes to its end
				})
			})
		}
	}
}

func TestRowsOfADeniedSourceKeepTheirValuesAndSayHowOldTheyAre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range 12 {
			w.job("say something")
			time.Sleep(10 * time.Second)
		}
		time.Sleep(time.Minute)
		c := w.collector(0)
		before := c.Once(t.Context())
		w.meet(func(r *http.Request) *http.Response {
			if strings.HasSuffix(r.URL.Path, "/operation/GetMetricData") {
				return refusal(r, "AccessDenied")
			}
			return nil
		})
		time.Sleep(2 * time.Minute)
		after := c.Once(t.Context())
		f, was := after.Functions[0], before.Functions[0]
		if !was.ColdStarts.Known { // functions that run in this process use no memory
			t.Error("Lambda's reports are not read")
		}
		if f.State != metrics.Unknown || f.PerMinute != was.PerMinute || !f.PerMinute.Known || f.Source.Code != "AccessDenied" || !f.Source.Answered.Equal(was.Source.Answered) {
			t.Errorf("%+v, it was %+v", f, was)
		}
		q := after.Queues[0]
		if q.State != metrics.Healthy || !q.Ready.Known || q.Oldest.Known {
			t.Errorf("%+v", q)
		}
		worst, _ := after.Verdict.Worst()
		if !strings.Contains(worst.Next, "permission for GetMetricData") {
			t.Errorf("%+v", worst)
		}
	})
}

func TestWithoutTheSocketsIDOnlyItsOwnRowIsUnknown(t *testing.T) {
	for _, kind := range []faults.Kind{faults.Throttle, faults.Latency} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			for range 12 {
				w.job("say something")
				time.Sleep(10 * time.Second)
			}
			w.fail(faults.Rule{Service: "ssm", Operation: "GetParameters", Kind: kind, Probability: 1, Latency: time.Hour})
			c := w.collector(0)
			s := c.Once(t.Context())
			worst, _ := s.Verdict.Worst()
			if s.Socket.State != metrics.Unknown || s.Socket.Source.Operation != "GetParameters" || worst.Resource.Name != "socket" || s.Verdict.Level != metrics.Unknown {
				t.Errorf("%s: socket %+v, verdict %+v", kind, s.Socket.Row, s.Verdict)
			}
			if !s.Functions[0].PerMinute.Known || s.Functions[0].State != metrics.Healthy {
				t.Errorf("%s: %+v", kind, s.Functions[0])
			}
			o := metrics.ChartOptions{Window: time.Hour}
			if charts, err := c.Charts(t.Context(), []string{"ai-processor"}, o); err != nil || len(charts) == 0 {
				t.Errorf("%s: %d charts, %v", kind, len(charts), err)
			}
			if _, err := c.Charts(t.Context(), []string{"socket"}, o); err == nil || strings.Contains(err.Error(), "no metric") {
				t.Errorf("%s: the socket's charts: %v", kind, err)
			}
			w.fail()
			time.Sleep(time.Minute)
			if s := c.Once(t.Context()); s.Socket.State == metrics.Unknown {
				t.Errorf("%s: when it is over: %+v", kind, s.Socket.Row)
			}
			time.Sleep(2 * time.Hour) // what still hangs comes to its end
		})
	}
}

func TestAQueueThatIsGoneIsBrokenOnceItsStackIsDeployed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		client, name := w.session.SQS(), w.env.QueueName(platform.Email)
		url, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
		if err == nil {
			_, err = client.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: url.QueueUrl})
		}
		if err != nil {
			t.Fatal(err)
		}
		s := w.collector(0).Once(t.Context())
		worst, _ := s.Verdict.Worst()
		if s.Verdict.Level != metrics.Broken || worst.Resource.Name != "email" || !strings.Contains(worst.Text, "the queue is gone") {
			t.Errorf("%+v", s.Verdict)
		}
	})
}
