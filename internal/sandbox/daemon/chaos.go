package daemon

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/faults"
)

// Chaos is what goes wrong in the sandbox on purpose.
type Chaos struct {
	Rules []faults.Rule `json:"rules"`
	// KillEvery is the mean time between two deaths of a random function's
	// processes; 0 lets them live.
	KillEvery time.Duration `json:"killEvery"`
}

// ChaosReport is the chaos that there is, and what it has done.
type ChaosReport struct {
	Rules     []faults.Fired `json:"rules"`
	KillEvery time.Duration  `json:"killEvery"`
	// Killed counts processes.
	Killed int `json:"killed"`
}

// SetChaos replaces the chaos in the folder's sandbox; the zero Chaos ends it.
func SetChaos(ctx context.Context, folder string, c Chaos) error {
	info, ok := serving(ctx, folder)
	if !ok {
		return notRunning()
	}
	return exchange(ctx, folder, info, chaosPath, c, nil)
}

// ReadChaos tells what goes wrong in the folder's sandbox.
func ReadChaos(ctx context.Context, folder string) (report ChaosReport, err error) {
	info, ok := serving(ctx, folder)
	if !ok {
		return report, notRunning()
	}
	return report, exchange(ctx, folder, info, reportPath, nil, &report)
}

func (p *process) setChaos(r *http.Request) error {
	var c Chaos
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return err
	}
	if err := p.sandbox.Faults.Set(c.Rules...); err != nil {
		return err
	}
	p.chaos.set(c.KillEvery, p.sandbox.KillFunction)
	return nil
}

func (p *process) reportChaos(w http.ResponseWriter, _ *http.Request) {
	every, killed := p.chaos.report()
	_ = json.NewEncoder(w).Encode(ChaosReport{Rules: p.sandbox.Faults.Rules(), KillEvery: every, Killed: killed})
}

// killer kills at random times.
type killer struct {
	mu     sync.Mutex
	every  time.Duration
	kill   func(pick func(n int) int) int
	killed int
	stop   func() bool
}

// set starts anew with that mean time between kills; 0 stops. kill ends the
// processes of a function that it picks, and gives their number.
func (k *killer) set(every time.Duration, kill func(pick func(n int) int) int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stop != nil {
		k.stop()
	}
	k.every, k.kill, k.killed, k.stop = every, kill, 0, nil
	k.arm()
}

// arm draws the next time. The caller holds mu.
func (k *killer) arm() {
	if k.every <= 0 {
		return
	}
	k.stop = clock.Wall{}.AfterFunc(time.Duration(rand.ExpFloat64()*float64(k.every)), func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		if k.every <= 0 {
			return
		}
		k.killed += k.kill(rand.IntN)
		k.arm()
	})
}

func (k *killer) report() (every time.Duration, killed int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.every, k.killed
}
