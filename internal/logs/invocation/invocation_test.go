package invocation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	sandbox "github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// account is a sandbox's logs with the groups of an environment.
type account struct {
	*testing.T
	service *sandbox.Service
	reader  *window.Reader
	groups  []logs.Group
	begin   time.Time
}

// newAccount must be called in a bubble of synctest. Some groups may be left out.
func newAccount(t *testing.T, groups ...platform.Function) *account {
	service := sandbox.New(oracle.Host())
	t.Cleanup(func() { _ = service.Close() })
	a := &account{T: t, service: service, begin: time.Now()}
	client := cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire()))
	a.reader = &window.Reader{API: client}
	for _, f := range groups {
		g := logs.Group{Name: "/aws/lambda/" + string(f), Short: string(f), Function: f}
		a.groups = append(a.groups, g)
		if _, err := client.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &g.Name}); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// write appends a line to a stream, so many seconds after the begin.
func (a *account) write(function platform.Function, stream string, after float64, message string) {
	at := a.begin.Add(time.Duration(after * float64(time.Second)))
	if err := a.service.Append("/aws/lambda/"+string(function), stream, host.LogLine{At: at, Message: message}); err != nil {
		a.Fatal(err)
	}
}

// span is from the begin to so many seconds after it.
func (a *account) span(seconds float64) window.Span {
	return window.Span{Groups: a.groups, From: a.begin, To: a.begin.Add(time.Duration(seconds * float64(time.Second)))}
}

func id(n int) string { return fmt.Sprintf("6557b551-2d8c-009e-aaaa-%012d", n) }

func start(n int) string { return "START RequestId: " + id(n) + " Version: $LATEST\n" }

func report(n int, rest string) string { return "REPORT RequestId: " + id(n) + "\t" + rest }

const usual = "Duration: 33.63 ms\tBilled Duration: 34 ms\tMemory Size: 1024 MB\tMax Memory Used: 54 MB\t"

func received(n int, job string, count int) string {
	return fmt.Sprintf(`{"time":"2026-11-22T23:47:06Z","level":"INFO","msg":"message received","messageId":"m","receiveCount":%d,"jobId":%q,"requestId":%q}`, count, job, id(n))
}

func (a *account) read(seconds float64) []*invocation.Invocation {
	list, err := invocation.Read(a.Context(), a.reader, a.span(seconds))
	if err != nil {
		a.Fatal(err)
	}
	invocation.Sort(list.Invocations, "start")
	return list.Invocations
}

func TestAnInvocationIsReadOffItsLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor)
		write := func(after float64, message string) { a.write(platform.AIProcessor, "s", after, message) }
		write(1, "INIT_START Runtime Version: provided:al2023.v1\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:71ba\n")
		write(2, start(1))
		write(2, received(1, "job-1", 3))
		write(3, `{"Environment":"local","JobWait":1.2,"_aws":{"Timestamp":1,"CloudWatchMetrics":[]}}`)
		write(4, "END RequestId: "+id(1))
		write(4, report(1, "Duration: 33.63 ms\tBilled Duration: 63 ms\tMemory Size: 1024 MB\tMax Memory Used: 54 MB\tInit Duration: 28.40 ms\t\n"))
		got := *a.read(10)[0]
		want := invocation.Invocation{
			Function: "ai-processor", RequestID: id(1), Stream: "s", Start: a.begin.Add(2 * time.Second), End: a.begin.Add(4 * time.Second),
			Duration: 33630 * time.Microsecond, Billed: 63 * time.Millisecond, Init: 28400 * time.Microsecond, MemoryMB: 1024, UsedMB: 54,
			Cold: true, Outcome: invocation.OK, Receive: 3, Lines: 5,
		}
		if !slices.Equal(got.IDs, []string{"job-1"}) {
			t.Errorf("worked on %v", got.IDs)
		}
		got.Start, got.End, got.IDs = got.Start.In(want.Start.Location()), got.End.In(want.End.Location()), nil
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

func TestEndsAreTold(t *testing.T) {
	for name, test := range map[string]struct {
		lines   []string
		outcome invocation.Outcome
		said    string
	}{
		"well":                  {[]string{report(1, usual)}, invocation.OK, ""},
		"a message handed back": {[]string{`{"level":"ERROR","msg":"message handed back","error":"openai: key refused, status 401"}`, report(1, usual)}, invocation.Error, "message handed back: openai: key refused, status 401"},
		"a time-out": {[]string{"2026-11-22T23:47:06.000Z " + id(1) + " Task timed out after 900.00 seconds\n", "END RequestId: " + id(1),
			report(1, usual+"Status: timeout")}, invocation.Timeout, "Task timed out after 900.00 seconds"},
		"a time-out as it was told before 2024": {[]string{report(1, usual), "2026-11-22T23:47:06.000Z " + id(1) + " Task timed out after 3.00 seconds"}, invocation.OK, ""},
		"a crash": {[]string{"RequestId: " + id(1) + " Error: Runtime exited with error: exit status 7\nRuntime.ExitError",
			report(1, usual+"Status: error\tError Type: Runtime.ExitError")}, invocation.Crash, "Runtime exited with error: exit status 7"},
		"out of memory, killed": {[]string{"RequestId: " + id(1) + " Error: Runtime exited with error: signal: killed\nRuntime.ExitError",
			report(1, "Duration: 1 ms\tMemory Size: 256 MB\tMax Memory Used: 256 MB\tStatus: error\tError Type: Runtime.ExitError")}, invocation.OutOfMemory, "Runtime exited with error: signal: killed"},
		"out of memory, told":      {[]string{report(1, usual+"Status: error\tError Type: Runtime.OutOfMemory")}, invocation.OutOfMemory, "Runtime.OutOfMemory"},
		"an error of the function": {[]string{report(1, usual+"Status: error\tError Type: Function.Unknown")}, invocation.Error, "Function.Unknown"},
		"not yet":                  {nil, invocation.Running, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(t, platform.AIProcessor)
				for i, message := range append([]string{start(1)}, test.lines...) {
					a.write(platform.AIProcessor, "s", float64(i), message)
				}
				all := a.read(60)
				if len(all) != 1 || all[0].Outcome != test.outcome || all[0].Error != test.said {
					t.Errorf("got %+v", all[0])
				}
			})
		})
	}
}

func TestWhatTheWindowCutsIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.EmailProcessor)
		write := func(stream string, after float64, message string) {
			a.write(platform.EmailProcessor, stream, after, message)
		}
		write("began-before", 1, `{"level":"INFO","msg":"x"}`)
		write("began-before", 5, report(1, usual))
		write("lost-its-report", 2, start(2))
		write("lost-its-report", 3, start(3))
		write("lost-its-report", 4, report(3, usual))
		write("gone", 6, start(4)) // the email processor has two minutes
		write("running", 590, start(5))
		got := map[string]invocation.Outcome{}
		for _, i := range a.read(600) {
			got[i.RequestID] = i.Outcome
			if i.RequestID == id(1) && !i.Start.Equal(a.begin.Add(5*time.Second-33630*time.Microsecond)) {
				t.Errorf("the start is computed as %s", i.Start)
			}
		}
		want := map[string]invocation.Outcome{id(1): "ok", id(2): "unknown", id(3): "ok", id(4): "unknown", id(5): "running"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}

func TestStreamsAreKeptApartAndRetriesAsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor, platform.EmailProcessor)
		// 20 streams of two functions take turns, line by line; a request id comes again
		// in each stream, as with a retry.
		for step, message := range []string{start(1), received(1, "job-1", 1), "words", report(1, usual), start(1), "more", report(1, usual)} {
			for s := range 20 {
				for _, f := range []platform.Function{platform.AIProcessor, platform.EmailProcessor} {
					a.write(f, fmt.Sprint("s", s), float64(step), message)
				}
			}
		}
		all := a.read(60)
		if len(all) != 80 {
			t.Fatalf("%d invocations, want 80", len(all))
		}
		for n, i := range all {
			want, ids := 4, 1
			if n >= 40 {
				want, ids = 3, 0
			}
			if i.Lines != want || len(i.IDs) != ids || i.Outcome != invocation.OK {
				t.Errorf("%d is %+v", n, i)
			}
		}
	})
}

func TestAMissingGroupIsNamedAndTheOthersAreRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor)
		a.write(platform.AIProcessor, "s", 1, start(1))
		span := a.span(5)
		span.Groups = append(span.Groups, logs.Group{Name: "absent", Short: "email-processor"})
		list, err := invocation.Read(t.Context(), a.notFound(), span)
		if err != nil || len(list.Invocations) != 1 || !slices.Equal(list.Missing, []string{"email-processor"}) {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

func TestErrorsAreCountedByTheirFingerprints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor, platform.EmailProcessor)
		failure := func(n int) string {
			return fmt.Sprintf(`{"level":"ERROR","msg":"message handed back","requestId":%q,"error":"openai: key refused, status 401, request req_%016x"}`, id(n), n)
		}
		for n := range 5 {
			a.write(platform.AIProcessor, "s", float64(n), failure(n))
		}
		a.write(platform.EmailProcessor, "s", 9, failure(9))
		a.write(platform.EmailProcessor, "s", 3, "2026-11-22T23:47:06.000Z "+id(7)+" Task timed out after 120.00 seconds")
		a.write(platform.EmailProcessor, "s", 3, report(7, usual+"Status: timeout"))
		a.write(platform.EmailProcessor, "s", 4, `{"level":"INFO","msg":"no ERROR here"}`)
		groups, missing, err := invocation.Errors(t.Context(), a.reader, a.span(60))
		if err != nil || len(missing) > 0 || len(groups) != 2 {
			t.Fatalf("%+v, %v, %v", groups, missing, err)
		}
		if g := groups[0]; g.Count != 6 || g.Fingerprint != "message handed back: openai: key refused, status 401, request req_<id>" ||
			!g.First.Equal(a.begin) || !g.Last.Equal(a.begin.Add(9*time.Second)) || g.RequestID != id(9) ||
			!slices.Equal(g.Functions, []string{"ai-processor", "email-processor"}) || !strings.HasSuffix(g.Example, "0000000009") {
			t.Errorf("%+v", g)
		}
		if g := groups[1]; g.Count != 1 || g.Fingerprint != "Task timed out after <n> seconds" || g.RequestID != id(7) {
			t.Errorf("%+v", g)
		}
	})
}

func TestAnInvocationIsShownWithTheLinesThatDoNotNameIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(t, platform.AIProcessor)
		for n := range 3 {
			for step, message := range []string{start(n), received(n, fmt.Sprint("job-", n), 1), "anonymous", "END RequestId: " + id(n), report(n, usual)} {
				a.write(platform.AIProcessor, "s", float64(10*n+step), message)
				a.write(platform.AIProcessor, "other", float64(10*n+step), "noise")
			}
		}
		for _, name := range []string{id(1), "job-1"} {
			found, err := invocation.Show(t.Context(), a.reader, a.span(100), name)
			if err != nil || len(found) != 1 || found[0].RequestID != id(1) || len(found[0].Log) != 5 || found[0].Log[2].Message != "anonymous" {
				t.Errorf("%s finds %+v, %v", name, found, err)
			}
		}
		if found, err := invocation.Show(t.Context(), a.reader, a.span(100), "absent"); err != nil || len(found) != 0 {
			t.Errorf("found %+v, %v", found, err)
		}
	})
}
