package acceptance

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// killRuns is how often the killed deploy is tried; KEYVEX_KILLS raises it.
func killRuns() int {
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_KILLS")); err == nil {
		return n
	}
	return 2
}

func TestAKilledDeployGoesOnToTheSameStateAsAnUndisturbedOne(t *testing.T) {
	undisturbed := quick(t)
	took := undisturbed.must("deploy", "-e", "local", "--yes").took
	want := undisturbed.platformState()
	seed := uint64(time.Now().UnixNano())
	t.Logf("an undisturbed deploy takes %s; seed %d", took, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range killRuns() {
		h := quick(t)
		for range 3 {
			deploy := h.command(binary, "deploy", "-e", "local", "--yes")
			if err := deploy.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(random.Int64N(int64(took))))
			_ = deploy.Process.Kill()
			_ = deploy.Wait()
		}
		h.must("deploy", "-e", "local", "--yes")
		if got := h.platformState(); got != want {
			t.Fatalf("after kills the platform holds\n%s\nundisturbed it holds\n%s", got, want)
		}
	}
}

// TestAKilledPeekGivesItsMessagesBack takes as long as a peek hides what it takes.
func TestAKilledPeekGivesItsMessagesBack(t *testing.T) {
	slow(t)
	const messages, hold = 25, 30 * time.Second
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	for range messages {
		h.must("queues", "send", "email-dlq", `{"version":1,"leadId":"l-1","toolId":"t","email":"a@example.com"}`, "-e", "local")
	}
	peek := h.command(binary, "queues", "peek", "email-dlq", "--json", "-e", "local")
	shown, err := peek.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := peek.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := shown.Read(make([]byte, 1)); err != nil { // it holds some
		t.Fatal(err)
	}
	if err := peek.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	_ = peek.Wait()
	held := true
	for begun := false; held; begun = true {
		if time.Since(killed) > 2*hold { // it asks by processes of its own
			t.Fatal("they are still hidden")
		}
		var listing struct {
			Queues []struct {
				Name                        string
				Ready, InFlight, HeldByPeek int
			}
		}
		out := h.must("queues", "list", "--json", "-e", "local").stdout
		if err := json.Unmarshal([]byte(out), &listing); err != nil {
			t.Fatal(err)
		}
		for _, q := range listing.Queues {
			if q.Name == "email-dlq" {
				held = q.InFlight > 0
				if q.Ready+q.InFlight != messages || !begun && (!held || q.HeldByPeek == 0) {
					t.Fatalf("%s after the kill: %+v", time.Since(killed), q)
				}
			}
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Logf("all %d are visible again %s after the kill", messages, time.Since(killed).Round(time.Second))
	if out := h.must("queues", "peek", "email-dlq", "--json", "-e", "local").stdout; strings.Count(out, "\n") != messages || strings.Contains(out, `"receives":3`) {
		t.Errorf("afterwards there are\n%s", out)
	}
}
