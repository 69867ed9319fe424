package lambda_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/lambda"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/process"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/testdata/rehearsal"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// journal is a log service: lines by stream.
type journal struct {
	mu      sync.Mutex
	streams map[string][]string
	metrics map[string]float64
}

func newJournal() *journal {
	return &journal{streams: map[string][]string{}, metrics: map[string]float64{}}
}

func (j *journal) Append(group, stream string, lines ...host.LogLine) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, l := range lines {
		j.streams[group+" "+stream] = append(j.streams[group+" "+stream], l.Message)
	}
	return nil
}

func (j *journal) measure(data ...host.Datum) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, d := range data {
		if len(d.Dimensions) == 1 {
			j.metrics[d.Name] += d.Value
		}
	}
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out strings.Builder
	for _, lines := range j.streams {
		for _, l := range lines {
			out.WriteString(l)
		}
	}
	return out.String()
}

// running gives a service that runs processes, with the function f.
func running(t *testing.T, change func(*sdk.CreateFunctionInput)) (*sdk.Client, *lambda.Service, *journal) {
	t.Helper()
	j, h, s := newJournal(), oracle.Host(), around(t)
	h.Meter, h.Random = j.measure, rand.Reader
	s.Logs, s.Runner = j, process.New(t.TempDir(), rand.Reader)
	s.Extra = func(function string) map[string]string { return map[string]string{"EXTRA": function} }
	service := lambda.New(h, s)
	t.Cleanup(func() { closed(t, service) })
	c := sdk.NewFromConfig(oracle.Config(service.Wire()), func(o *sdk.Options) { o.RetryMaxAttempts = 1 })
	_, err := c.CreateFunction(t.Context(), function("f", func(in *sdk.CreateFunctionInput) {
		in.Code = &types.FunctionCode{ZipFile: pack(t, "#!keyvex-function echo build1\n")}
		if change != nil {
			change(in)
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return c, service, j
}

type order = rehearsal.Order

func invoke(t *testing.T, c *sdk.Client, o order) *sdk.InvokeOutput {
	t.Helper()
	out, err := c.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), Payload: o.JSON(), LogType: types.LogTypeTail})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func pidOf(t *testing.T, out *sdk.InvokeOutput) int {
	t.Helper()
	var answer struct{ Pid int }
	if err := json.Unmarshal(out.Payload, &answer); err != nil {
		t.Fatalf("%s: %v", out.Payload, err)
	}
	return answer.Pid
}

func tail(t *testing.T, out *sdk.InvokeOutput) string {
	t.Helper()
	text, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

const uuid = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`

func TestAnInvocationIsLoggedAsLambdaLogs(t *testing.T) {
	c, _, j := running(t, nil)
	out := invoke(t, c, order{Do: "print", Text: "hello"})
	if out.StatusCode != 200 || *out.ExecutedVersion != "$LATEST" || out.FunctionError != nil || !strings.Contains(string(out.Payload), "hello") {
		t.Errorf("%+v %s", out, out.Payload)
	}
	if id, _ := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata); !strings.Contains(j.text(), "START RequestId: "+id+" ") {
		t.Errorf("the answer's request id is %s", id)
	}
	cold := regexp.MustCompile(`^INIT_START Runtime Version: provided:al2023\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}
START RequestId: ` + uuid + ` Version: \$LATEST
hello
END RequestId: ` + uuid + `
REPORT RequestId: ` + uuid + `\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: \d+\.\d\d ms\t
$`)
	if !cold.MatchString(j.text()) || tail(t, out) != j.text() {
		t.Errorf("log %q, tail %q", j.text(), tail(t, out))
	}
	warm := invoke(t, c, order{})
	if text := tail(t, warm); strings.Contains(text, "INIT") || strings.Contains(text, "Init") || !strings.HasPrefix(text, "START ") {
		t.Errorf("warm: %q", text)
	}
	for stream := range j.streams {
		if !regexp.MustCompile(`^/aws/lambda/f \d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$`).MatchString(stream) {
			t.Errorf("stream %q", stream)
		}
	}
	if len(j.streams) != 1 || j.metrics["Invocations"] != 2 || j.metrics["Errors"] != 0 || j.metrics["Duration"] <= 0 {
		t.Errorf("%d streams, metrics %v", len(j.streams), j.metrics)
	}
}

func TestTheEnvironmentIsLambdasAndTheConfigurations(t *testing.T) {
	t.Setenv("AWS_PROFILE", "operator")
	c, _, _ := running(t, func(in *sdk.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"TABLE": "t"}}
	})
	var list []string
	if err := json.Unmarshal(invoke(t, c, order{Do: "environment"}).Payload, &list); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, v := range list {
		name, value, _ := strings.Cut(v, "=")
		got[name] = value
	}
	for name, want := range map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "_HANDLER": "bootstrap",
		"TABLE": "t", "EXTRA": "f", "TZ": ":UTC",
	} {
		if got[name] != want {
			t.Errorf("%s=%q, want %q", name, got[name], want)
		}
	}
	for _, foreign := range []string{"AWS_PROFILE", "HOME", "AWS_ACCESS_KEY_ID"} {
		if v, ok := got[foreign]; ok {
			t.Errorf("%s=%s came from this process", foreign, v)
		}
	}
}

func TestEachWayToFailHasItsAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		order   order
		payload string
		report  string
		log     string
	}{
		"an error":  {order{Do: "fail", Text: "x"}, `^{"errorMessage":"x","errorType":"errorString"}$`, `MB\tInit Duration: [\d.]+ ms\t\n$`, ""},
		"a panic":   {order{Do: "panic", Text: "x"}, `^{"errorMessage":"x","errorType":"string","stackTrace":\[`, `MB\tInit Duration: [\d.]+ ms\t\n$`, ""},
		"a timeout": {order{Sleep: 5000}, `^{"errorMessage":"RequestId: ` + uuid + ` Error: Task timed out after 1.00 seconds","errorType":"Sandbox.Timedout"}$`, `\tDuration: \d{4,}\.\d\d ms\t.*Status: timeout\n$`, `(?m)^[\d-]+T[\d:.]+Z ` + uuid + ` Task timed out after 1.00 seconds$`},
		"a death": {order{Do: "exit", Size: 7}, `^{"errorMessage":"RequestId: ` + uuid + ` Error: Runtime exited with error: exit status 7","errorType":"Runtime.ExitError"}$`,
			`Status: error\tError Type: Runtime.ExitError\n$`, `(?m)^RequestId: ` + uuid + ` Error: Runtime exited with error: exit status 7\nRuntime.ExitError$`},
	} {
		t.Run(name, func(t *testing.T) {
			c, _, j := running(t, func(in *sdk.CreateFunctionInput) {
				if in.Timeout = aws.Int32(60); tc.order.Sleep > 0 {
					in.Timeout = aws.Int32(1)
				}
			})
			out := invoke(t, c, tc.order)
			if aws.ToString(out.FunctionError) != "Unhandled" || out.StatusCode != 200 || !regexp.MustCompile(tc.payload).Match(out.Payload) {
				t.Errorf("answer %d %v %s", out.StatusCode, aws.ToString(out.FunctionError), out.Payload)
			}
			if text := j.text(); !regexp.MustCompile(tc.report).MatchString(text) || !regexp.MustCompile(tc.log).MatchString(text) {
				t.Errorf("log %q", text)
			}
			if again := invoke(t, c, order{}); again.FunctionError != nil {
				t.Errorf("afterwards: %s", again.Payload)
			}
			if j.metrics["Errors"] != 1 || j.metrics["Invocations"] != 2 {
				t.Errorf("metrics %v", j.metrics)
			}
		})
	}
}

func TestAForeignPackageFailsWithItsReason(t *testing.T) {
	c, _, j := running(t, func(in *sdk.CreateFunctionInput) { in.Code = &types.FunctionCode{ZipFile: pack(t, "\x7fELF...")} })
	out := invoke(t, c, order{})
	if aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), `"errorType":"Runtime.InvalidEntrypoint"`) ||
		!strings.Contains(j.text(), "Error Type: Runtime.InvalidEntrypoint") {
		t.Errorf("%s, log %s", out.Payload, j.text())
	}
}

func TestAFailedInitIsReported(t *testing.T) {
	c, _, j := running(t, func(in *sdk.CreateFunctionInput) {
		in.Code = &types.FunctionCode{ZipFile: pack(t, "#!keyvex-function stillborn b")}
	})
	out := invoke(t, c, order{})
	if aws.ToString(out.FunctionError) != "Unhandled" || !strings.Contains(string(out.Payload), "exit status 3") ||
		!strings.Contains(j.text(), "cannot begin\nINIT_REPORT Init Duration: ") {
		t.Errorf("%s, log %s", out.Payload, j.text())
	}
}

func TestConcurrencyIsBoundedAndInstancesAreUsedAgain(t *testing.T) {
	c, service, j := running(t, func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(120) })
	if _, err := c.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: aws.Int32(3)}); err != nil {
		t.Fatal(err)
	}
	const calls = 12
	codes := make(chan string, calls)
	for range calls {
		go func() {
			_, err := c.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), Payload: order{Sleep: 60_000}.JSON()})
			codes <- oracle.Code(err)
		}()
	}
	count := map[string]int{}
	for range calls - 3 {
		count[<-codes]++
	}
	if count["TooManyRequestsException"] != calls-3 {
		t.Errorf("answers %v while three are at work", count)
	}
	for tries := 0; count[""] < 3 && tries < 500; tries++ { // they may be starting still
		service.Kill("f")
		select {
		case code := <-codes:
			count[code]++
		case <-time.After(20 * time.Millisecond):
		}
	}
	j.mu.Lock()
	if count[""] != 3 || j.metrics["Throttles"] != calls-3 {
		t.Errorf("answers %v, metrics %v", count, j.metrics)
	}
	j.mu.Unlock()
	seen := map[int]bool{}
	for range 6 {
		seen[pidOf(t, invoke(t, c, order{}))] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d instances for one call at a time", len(seen))
	}
}

func TestAHundredAtOnceAllGetTheirOwnAnswer(t *testing.T) {
	c, _, _ := running(t, func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(120) })
	if _, err := c.PutFunctionConcurrency(t.Context(), &sdk.PutFunctionConcurrencyInput{FunctionName: aws.String("f"), ReservedConcurrentExecutions: aws.Int32(100)}); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for n := range 100 {
		all.Go(func() {
			text := fmt.Sprintf("call %d", n)
			out, err := c.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), Payload: order{Text: text, Sleep: 50}.JSON()})
			if err != nil || !strings.Contains(string(out.Payload), `"`+text+`"`) {
				t.Errorf("%s: %+v, %v", text, out, err)
			}
		})
	}
	all.Wait()
}

func TestNewCodeAndConfigurationGetNewInstances(t *testing.T) {
	c, _, j := running(t, func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(60) })
	old := pidOf(t, invoke(t, c, order{}))
	slow := make(chan *sdk.InvokeOutput)
	go func() { slow <- invoke(t, c, order{Sleep: 500}) }()
	for strings.Count(j.text(), "START RequestId") < 2 {
		time.Sleep(time.Millisecond)
	}
	_, err := c.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"),
		Environment: &types.Environment{Variables: map[string]string{"NEW": "1"}}})
	if err != nil {
		t.Fatal(err)
	}
	if out := invoke(t, c, order{Do: "environment"}); !strings.Contains(string(out.Payload), "NEW=1") {
		t.Errorf("%s", out.Payload)
	}
	if out := <-slow; out.FunctionError != nil || pidOf(t, out) != old {
		t.Errorf("what was under way was not drained: %s", out.Payload)
	}
	ended := false
	for tries := 0; !ended && tries < 500; tries++ {
		time.Sleep(10 * time.Millisecond)
		ended = syscall.Kill(old, 0) != nil
	}
	if !ended {
		t.Error("the old instance is kept after its last invocation")
	}
	_, err = c.UpdateFunctionCode(t.Context(), &sdk.UpdateFunctionCodeInput{FunctionName: aws.String("f"), ZipFile: pack(t, "foreign")})
	if out := invoke(t, c, order{}); err != nil || aws.ToString(out.FunctionError) == "" {
		t.Errorf("the old code still runs: %v", err)
	}
}

func TestTheAWSCommandLineInvokes(t *testing.T) {
	_, service, _ := running(t, nil)
	folder := t.TempDir()
	if err := os.WriteFile(folder+"/event", order{Text: "hi"}.JSON(), 0o600); err != nil {
		t.Fatal(err)
	}
	answer, err := oracle.AWS(t, service.Wire(), "lambda", "invoke", "--function-name", "f", "--payload", "fileb://"+folder+"/event", folder+"/answer")
	if err != nil || answer["StatusCode"] != 200.0 || answer["ExecutedVersion"] != "$LATEST" || answer["FunctionError"] != nil {
		t.Errorf("%v, %v", answer, err)
	}
	if text, err := os.ReadFile(folder + "/answer"); err != nil || !strings.Contains(string(text), `"text":"hi"`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAVersionRunsAsItWasPublished(t *testing.T) {
	c, _, j := running(t, func(in *sdk.CreateFunctionInput) {
		in.Environment = &types.Environment{Variables: map[string]string{"STAGE": "old"}}
	})
	if _, err := c.PublishVersion(t.Context(), &sdk.PublishVersionInput{FunctionName: aws.String("f")}); err != nil {
		t.Fatal(err)
	}
	_, err := c.UpdateFunctionConfiguration(t.Context(), &sdk.UpdateFunctionConfigurationInput{FunctionName: aws.String("f"),
		Environment: &types.Environment{Variables: map[string]string{"STAGE": "new"}}})
	if err != nil {
		t.Fatal(err)
	}
	for qualifier, stage := range map[string]string{"1": "old", "$LATEST": "new"} {
		out, err := c.Invoke(t.Context(), &sdk.InvokeInput{FunctionName: aws.String("f"), Qualifier: &qualifier, Payload: order{Do: "environment"}.JSON()})
		if err != nil || *out.ExecutedVersion != qualifier || !strings.Contains(string(out.Payload), `"STAGE=`+stage+`"`) ||
			!strings.Contains(j.text(), " Version: "+qualifier+"\n") {
			t.Errorf("%s: %v %s", qualifier, err, out.Payload)
		}
	}
}

func TestKillEndsAllInstances(t *testing.T) {
	c, service, _ := running(t, func(in *sdk.CreateFunctionInput) { in.Timeout = aws.Int32(30) })
	done := make(chan *sdk.InvokeOutput)
	go func() { done <- invoke(t, c, order{Sleep: 20_000}) }()
	killed := 0
	for range 500 {
		time.Sleep(20 * time.Millisecond)
		if killed = service.Kill("f"); killed > 0 {
			break
		}
	}
	if out := <-done; killed != 1 || !strings.Contains(string(out.Payload), "signal: killed") {
		t.Errorf("%d killed: %s", killed, out.Payload)
	}
	if out := invoke(t, c, order{}); out.FunctionError != nil {
		t.Errorf("afterwards: %s", out.Payload)
	}
}

func TestEventsThatCannotBeTaken(t *testing.T) {
	c, _, _ := running(t, nil)
	for name, tc := range map[string]struct {
		in   sdk.InvokeInput
		code string
	}{
		"too large":         {sdk.InvokeInput{Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)}, "RequestTooLargeException"},
		"too large to wait": {sdk.InvokeInput{Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`), InvocationType: types.InvocationTypeEvent}, "RequestTooLargeException"},
		"no JSON":           {sdk.InvokeInput{Payload: []byte(`{`)}, "InvalidRequestContentException"},
		"no function":       {sdk.InvokeInput{FunctionName: aws.String("g")}, "ResourceNotFoundException"},
		"no version":        {sdk.InvokeInput{Qualifier: aws.String("7")}, "ResourceNotFoundException"},
		"checked, not run":  {sdk.InvokeInput{InvocationType: types.InvocationTypeDryRun}, ""},
	} {
		if tc.in.FunctionName == nil {
			tc.in.FunctionName = aws.String("f")
		}
		if _, err := c.Invoke(t.Context(), &tc.in); oracle.Code(err) != tc.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}
