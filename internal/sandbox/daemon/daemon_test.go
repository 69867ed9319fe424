package daemon

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestMain(m *testing.M) {
	RunIfMarked()
	oracle.Verify(m)
}

// folder is a daemon's folder whose daemon is gone when the test is over.
func folder(t testing.TB) string {
	dir := t.TempDir()
	t.Cleanup(func() {
		if _, err := Stop(context.Background(), dir); err != nil {
			t.Error(err)
		}
		if log, _ := os.ReadFile(LogPath(dir)); t.Failed() {
			t.Logf("log of %s:\n%s", dir, log)
		}
	})
	return dir
}

// port is a free one that no other process of this machine gets by chance: of those that
// are given out none is below 32768, and what is started without a port begins at 4599.
func port(t *testing.T) int {
	t.Helper()
	for {
		n := 20_000 + rand.IntN(10_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", n)); err == nil {
			_ = l.Close()
			return n
		}
	}
}

func ensure(t testing.TB, o Options) (Info, bool) {
	t.Helper()
	info, started, err := Ensure(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return info, started
}

func client(t *testing.T, dir string, info Info) *ssm.Client {
	key, secret, err := Credentials(dir)
	if err != nil {
		t.Fatal(err)
	}
	httpClient := awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) { tr.DisableKeepAlives = true })
	return ssm.NewFromConfig(aws.Config{
		Region: info.Region, BaseEndpoint: &info.Endpoint, HTTPClient: httpClient, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""),
	})
}

func put(t *testing.T, c *ssm.Client, name string) {
	t.Helper()
	if _, err := c.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: aws.String("v"), Type: "String"}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, c *ssm.Client) int {
	t.Helper()
	out, err := c.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Parameters)
}

func TestItStartsOnceAndStopsForGood(t *testing.T) {
	dir := folder(t)
	first, started := ensure(t, Options{Folder: dir})
	if !started || !first.Running || first.PID == os.Getpid() || first.Pace != DefaultPace {
		t.Errorf("%+v, started %v", first, started)
	}
	again, started := ensure(t, Options{Folder: dir})
	if started || fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("second: %+v, started %v", again, started)
	}
	if status, err := Status(t.Context(), dir); err != nil || fmt.Sprint(status) != fmt.Sprint(first) {
		t.Errorf("status: %+v, %v", status, err)
	}
	if stopped, err := Stop(t.Context(), dir); !stopped || err != nil {
		t.Error(stopped, err)
	}
	if err := syscall.Kill(first.PID, 0); err != syscall.ESRCH {
		t.Errorf("the process is still there: %v", err)
	}
	if status, err := Status(t.Context(), dir); err != nil || status.Running {
		t.Errorf("status after: %+v, %v", status, err)
	}
	if stopped, err := Stop(t.Context(), dir); stopped || err != nil {
		t.Error("stopped twice:", stopped, err)
	}
}

func TestOfManyStartersOneStartsIt(t *testing.T) {
	dir := folder(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	infos, starts := map[string]int{}, 0
	for range 8 {
		wg.Go(func() {
			info, started, err := Ensure(t.Context(), Options{Folder: dir})
			mu.Lock()
			defer mu.Unlock()
			infos[fmt.Sprint(info, err)]++
			if started {
				starts++
			}
		})
	}
	wg.Wait()
	if starts != 1 || len(infos) != 1 {
		t.Errorf("%d starts, infos %v", starts, infos)
	}
}

func TestStateSurvivesStopAndKill(t *testing.T) {
	dir := folder(t)
	info, _ := ensure(t, Options{Folder: dir, Port: port(t)})
	put(t, client(t, dir, info), "/before-stop")
	if _, err := Stop(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	info, _ = ensure(t, Options{Folder: dir})
	put(t, client(t, dir, info), "/before-kill")
	if err := syscall.Kill(info.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	reap(info.PID)
	if status, err := Status(t.Context(), dir); err != nil || status.Running {
		t.Errorf("killed, but status %+v, %v", status, err)
	}
	after, started := ensure(t, Options{Folder: dir})
	if !started || after.PID == info.PID || after.Endpoint != info.Endpoint {
		t.Errorf("%+v, started %v", after, started)
	}
	if n := count(t, client(t, dir, after)); n != 2 {
		t.Errorf("%d parameters", n)
	}
}

func TestResetForgetsEverything(t *testing.T) {
	dir := folder(t)
	info, _ := ensure(t, Options{Folder: dir})
	put(t, client(t, dir, info), "/p")
	key, _, _ := Credentials(dir)
	if err := Reset(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != lockFile {
		t.Errorf("left: %v", left)
	}
	info, _ = ensure(t, Options{Folder: dir})
	if again, _, _ := Credentials(dir); again == key || count(t, client(t, dir, info)) != 0 {
		t.Error("something was remembered")
	}
}

func TestASecretFileIsNobodyElses(t *testing.T) {
	dir := folder(t)
	ensure(t, Options{Folder: dir})
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stat, err := d.Info()
		if err == nil && path != dir && stat.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, stat.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnotherBuildTakesOver(t *testing.T) {
	dir := folder(t)
	old, _ := ensure(t, Options{Folder: dir, Port: port(t), Explicit: true, Pace: 7})
	put(t, client(t, dir, old), "/p")
	pretended := old
	pretended.Build = "older"
	if err := writeJSON(filepath.Join(dir, infoFile), pretended); err != nil {
		t.Fatal(err)
	}
	now, started := ensure(t, Options{Folder: dir})
	if !started || now.PID == old.PID || now.Endpoint != old.Endpoint || !now.Explicit || now.Pace != 7 {
		t.Errorf("%+v after %+v", now, old)
	}
	if n := count(t, client(t, dir, now)); n != 1 {
		t.Errorf("%d parameters", n)
	}
}

func TestIdleItEnds(t *testing.T) {
	dir := folder(t)
	ensure(t, Options{Folder: dir, Idle: 50 * time.Millisecond})
	for {
		status, err := Status(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if !status.Running {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestExplicitItStaysAndALeaseKeepsItAsLongAsItsProcessLives(t *testing.T) {
	dir, explicit := folder(t), folder(t)
	const idle = 2 * time.Second // enough for what comes next, on a busy machine, too
	ensure(t, Options{Folder: explicit, Idle: idle})
	if kept, started := ensure(t, Options{Folder: explicit, Explicit: true}); started || !kept.Explicit {
		t.Errorf("%+v, started %v", kept, started)
	}
	user := exec.Command("sleep", "60")
	if err := user.Start(); err != nil {
		t.Fatal(err)
	}
	ensure(t, Options{Folder: dir, Idle: idle})
	if err := Lease(t.Context(), dir, user.Process.Pid); err != nil {
		t.Fatal(err)
	}
	time.Sleep(idle + 500*time.Millisecond)
	if status, _ := Status(t.Context(), dir); !status.Running {
		t.Fatal("it has ended under its user")
	}
	if status, _ := Status(t.Context(), explicit); !status.Running || !status.Explicit {
		t.Errorf("an explicit one has ended: %+v", status)
	}
	_ = user.Process.Kill()
	_ = user.Wait()
	for status, err := Status(t.Context(), dir); status.Running; status, err = Status(t.Context(), dir) {
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := Lease(t.Context(), dir, os.Getpid()); !problem.Is(err, problem.NotFound) {
		t.Errorf("a lease of what does not run: %v", err)
	}
}

func TestInfoInJSON(t *testing.T) {
	all, _ := json.Marshal(Info{Running: true, Endpoint: "http://127.0.0.1:4599", PID: 1, Account: "a", Region: "r", Build: "b", Pace: 80})
	if want := `{"running":true,"endpoint":"http://127.0.0.1:4599","pid":1,"account":"a","region":"r","build":"b","pace":80,"explicit":false}`; string(all) != want {
		t.Error(string(all))
	}
}

func BenchmarkStatus(b *testing.B) {
	dir := folder(b)
	ensure(b, Options{Folder: dir})
	for b.Loop() {
		if info, err := Status(b.Context(), dir); err != nil || !info.Running {
			b.Fatal(info, err)
		}
	}
}

func BenchmarkStartAndStop(b *testing.B) {
	dir := folder(b)
	for b.Loop() {
		ensure(b, Options{Folder: dir})
		b.StopTimer()
		if _, err := Stop(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
