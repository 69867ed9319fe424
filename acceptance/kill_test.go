package acceptance

import (
	"math/rand/v2"
	"os"
	"strconv"
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
