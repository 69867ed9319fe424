package cli

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// idle is a function that answers and does nothing.
func idle(runner.Spec) (runner.Handler, error) {
	return func(context.Context, runner.Invocation) ([]byte, error) { return []byte("{}"), nil }, nil
}

// wired is the console as keyvex tui makes it, over a deployed environment with dead
// letters, all of it in this process.
func wired(t *testing.T) (*tui.Shell, *console) {
	t.Helper()
	functions := runner.InProcess{}
	for _, f := range platform.Functions {
		functions[string(f)] = idle
	}
	box, err := sandbox.New(sandbox.Options{Functions: functions})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	env, err := platform.ParseEnvironment("local")
	if err != nil {
		t.Fatal(err)
	}
	a := newApp([]string{"KEYVEX_HOME=" + t.TempDir()}, Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	c := newConsole(a, config.Choice{Environment: env}, 0, t.TempDir())
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: env, Local: &cloud.Local{
		Endpoint: wire.LocalEndpoint, Region: sandbox.DefaultRegion, AccessKeyID: sandbox.DefaultAccessKey, SecretKey: sandbox.DefaultSecret, Transport: box.Transport(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	who, err := session.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c.ground = &ground{choice: c.choice, session: session, who: who, reading: c.readingAt(session)}
	stock(t, c)
	host := &page.Host{
		Context: t.Context(), Clock: a.clock, Style: style.New(present.Look{Width: 80, Height: 24}), Zone: time.UTC, Focused: true,
		Where: present.Where{Environment: env.Name, Tier: env.Tier},
	}
	shell := tui.New(tui.Options{Host: host, Pages: c.pages(), Folder: c.folder, Editor: "true", Command: c.command})
	c.tell = shell.Send
	return shell, c
}

// stock deploys the six stacks and puts messages into a dead-letter queue.
func stock(t *testing.T, c *console) {
	t.Helper()
	current, err := release(c.choice, nil)
	if err != nil {
		t.Fatal(err)
	}
	deployer := c.deployer(c.ground.session, c.ground.who)
	if _, err := deployer.Bootstrap(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan, err := deployer.Plan(t.Context(), current, deploy.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range deployer.Deploy(t.Context(), plan, deploy.Options{}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	domain, err := c.queuesAt(*c.ground)
	if err != nil {
		t.Fatal(err)
	}
	var letters []*queues.Outgoing
	for i := range 15 {
		letters = append(letters, &queues.Outgoing{ID: fmt.Sprint(i), Body: fmt.Sprintf(`{"version":1,"leadId":"l%d"}`, i)})
	}
	if err := domain.Send(t.Context(), queues.Name{Queue: platform.Email, Dead: true}, letters); err != nil {
		t.Fatal(err)
	}
}

// TestNoKeysBreakTheWholeConsole presses keys, clicks and resizes at random on the six
// pages at work; the driver holds each frame to its size. KEYVEX_EVENTS is how many times,
// three thousand unless it is set; make figures does a hundred thousand.
func TestNoKeysBreakTheWholeConsole(t *testing.T) {
	t.Chdir(t.TempDir()) // what keys export is written to where the console runs
	events := 3_000
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_EVENTS")); err == nil {
		events = n
	}
	names := strings.Fields("enter enter esc j k down up g G pgdown pgup space a r e s x p w y n N / l m v i J z Z T L 1 2 3 4 tab shift+tab backspace Y t f o [ ] + - = : ? ctrl+p left right q")
	synctest.Test(t, func(t *testing.T) {
		shell, c := wired(t)
		d := drive.New(t, shell)
		defer func() { d.Close(); c.runs.End() }()
		seen, random := map[string]bool{}, rand.New(rand.NewPCG(20261128, 2))
		for i := range events {
			switch n := random.IntN(100); {
			case n < 2:
				d.Post(tea.WindowSizeMsg{Width: random.IntN(220), Height: random.IntN(70)})
			case n < 6:
				d.Post(tea.MouseClickMsg{X: random.IntN(240) - 10, Y: random.IntN(80) - 5, Button: tea.MouseLeft})
			case n < 8:
				d.Post(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
			default:
				d.Post(drive.Key(t, names[random.IntN(len(names))]))
			}
			if i%40 == 0 {
				d.Advance(500 * time.Millisecond)
				screen := d.Screen()
				for _, mark := range []string{"FUNCTION", "METRIC", "following", "QUEUE", "email-dlq"} {
					seen[mark] = seen[mark] || strings.Contains(screen, mark)
				}
			}
		}
		d.Resize(80, 24)
		if len(seen) != 5 || !seen["FUNCTION"] || !seen["METRIC"] || !seen["following"] || !seen["email-dlq"] {
			t.Errorf("not all pages were met: %v", seen)
		}
	})
}
