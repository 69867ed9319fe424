package cli

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	metricspage "github.com/keyvex/keyvex/internal/tui/metrics"
	"github.com/keyvex/keyvex/internal/tui/overview"
	"github.com/keyvex/keyvex/internal/tui/page"
	tuiqueues "github.com/keyvex/keyvex/internal/tui/queues"
)

// console puts the domains behind the pages of the console. Its way to AWS is opened
// when the first page asks, behind the first frame, and is the same for all of them.
type console struct {
	*app
	choice config.Choice
	budget float64
	// planted is set where the demo has planted a dead letter.
	planted bool
	// folder is where pages write files: exports before a purge, snapshots.
	folder string
	// tell has the shell say something, from any goroutine.
	tell func(tea.Msg)

	// foreground is set once a command has had the terminal.
	foreground atomic.Bool

	// runs are the redrives that the page of the queues has begun.
	runs *tuiqueues.Runs

	mu     sync.Mutex
	ground *ground
	watch  *metrics.Collector
}

func newConsole(a *app, choice config.Choice, budget float64, folder string) *console {
	quiet := *a
	quiet.flags.noInput = true // the shell has the keyboard
	c := &console{app: &quiet, choice: choice, budget: budget, folder: folder, tell: func(tea.Msg) {}, runs: &tuiqueues.Runs{}}
	quiet.err = &output{w: notices{c}}
	quiet.mfa = c.askMFA
	return c
}

// notices shows what commands would write to standard error in the console.
type notices struct{ *console }

func (n notices) Write(p []byte) (int, error) {
	if text := strings.TrimSpace(string(p)); text != "" {
		n.tell(page.Say{Text: text})
	}
	return len(p), nil
}

// mfaPatience is how long a code is waited for; then whoever asked for AWS tries again.
const mfaPatience = 2 * time.Minute

// askMFA has the shell ask for the code of a second factor.
func (c *console) askMFA(ctx context.Context) (string, error) {
	typed := make(chan string, 1)
	c.tell(page.Prompt{Title: "MFA code", Do: func(code string) tea.Cmd {
		return func() tea.Msg { typed <- code; return nil }
	}})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer c.clock.AfterFunc(mfaPatience, cancel)()
	select {
	case code := <-typed:
		return code, nil
	case <-ctx.Done():
		return "", problem.New(problem.Credentials, "no MFA code was given").WithHint("r asks again")
	}
}

// at is the ground that all pages stand on. A failure is not remembered: whoever asks
// next tries again.
func (c *console) at(ctx context.Context) (ground, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ground != nil {
		return *c.ground, nil
	}
	session, err := c.open(ctx, c.choice)
	if err != nil {
		return ground{}, err
	}
	who, err := session.Identity(ctx)
	if err != nil {
		return ground{}, err
	}
	c.ground = &ground{choice: c.choice, session: session, who: who, reading: c.readingAt(session)}
	return *c.ground, nil
}

// metrics is the one collector of the console.
func (c *console) metrics(ctx context.Context) (*metrics.Collector, error) {
	at, err := c.at(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watch == nil {
		c.watch, err = c.collector(at, c.budget)
	}
	return c.watch, err
}

// pages are those of the footer, in its order. What a page needs of its domain is
// wired in a method of its own, as overviewPage is.
func (c *console) pages() []page.Entry {
	return []page.Entry{c.overviewPage(), c.metricsPage(), c.logsPage(), c.queuesPage(), c.secretsPage(), c.stacksPage()}
}

// metricsPage has a place in the palette for each metric that there is without asking.
func (c *console) metricsPage() page.Entry {
	options := metricspage.Options{
		Connect: func(ctx context.Context) (metricspage.Source, error) {
			watch, err := c.metrics(ctx)
			if err != nil {
				return nil, err
			}
			return watch, nil
		},
	}
	entry := page.Entry{ID: page.Metrics, Name: "Metrics", Open: func(h *page.Host, target page.Target) page.Page { return metricspage.New(h, target, options) }}
	for _, m := range metrics.CatalogOf(c.choice.Environment) {
		entry.Places = append(entry.Places, page.Place{Name: m.Name, Target: page.Target{Metric: m.Name}})
	}
	return entry
}

func (c *console) overviewPage() page.Entry {
	options := overview.Options{
		Environment: c.choice.Environment, Consumers: consumers{c}, Alarms: alarms{c}, Planted: c.planted,
		Connect: func(ctx context.Context) (overview.Source, error) {
			watch, err := c.metrics(ctx)
			if err != nil {
				return nil, err
			}
			return watch, nil
		},
	}
	return page.Entry{ID: page.Overview, Name: "Overview", Open: func(h *page.Host, _ page.Target) page.Page { return overview.New(h, options) }}
}

// consumers pauses and resumes functions for the Overview.
type consumers struct{ *console }

func (c consumers) Pause(ctx context.Context, f platform.Function) error {
	at, err := c.writable(ctx)
	if err != nil {
		return err
	}
	_, err = c.functionsAt(at).Pause(ctx, f)
	return err
}

func (c consumers) Resume(ctx context.Context, f platform.Function) error {
	at, err := c.writable(ctx)
	if err != nil {
		return err
	}
	_, err = c.functionsAt(at).Resume(ctx, f)
	return err
}

// alarms mutes alarms for the Overview.
type alarms struct{ *console }

func (a alarms) Mute(ctx context.Context, alarm string, length time.Duration) (time.Time, error) {
	if _, err := a.writable(ctx); err != nil {
		return time.Time{}, err
	}
	watch, err := a.metrics(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return watch.Mute(ctx, alarm, length)
}

func (a alarms) Unmute(ctx context.Context, alarm string) error {
	if _, err := a.writable(ctx); err != nil {
		return err
	}
	watch, err := a.metrics(ctx)
	if err != nil {
		return err
	}
	return watch.Unmute(ctx, alarm)
}

// writable is at, once everything allows it to write. A write in a production tier
// needs the environment named by -e, as with every command.
func (c *console) writable(ctx context.Context) (ground, error) {
	if err := c.choice.AllowWrite(); err != nil {
		return ground{}, err
	}
	at, err := c.at(ctx)
	if err != nil {
		return at, err
	}
	_, err = writable(ctx, at.choice, at.session)
	return at, err
}
