package tui_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// fragile is a page that breaks at a key, in the place that it is told.
type fragile struct{ where string }

func (f *fragile) Title() string          { return "Fragile" }
func (f *fragile) Init() tea.Cmd          { return nil }
func (f *fragile) Keys() []key.Binding    { return nil }
func (f *fragile) Actions() []page.Action { return nil }
func (f *fragile) Close()                 {}

func (f *fragile) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyPressMsg); !ok {
		return nil
	}
	switch f.where {
	case "update":
		panic("in Update")
	case "command":
		return func() tea.Msg { panic("in a command") }
	}
	f.where = "now"
	return nil
}

func (f *fragile) View(int, int) string {
	if f.where == "now" {
		panic("in View")
	}
	return "whole"
}

// terminal is what was written to it.
type terminal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

func (t *terminal) has(text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Contains(t.text.String(), text)
}

// Alternate screen, mouse, focus reports and bracketed paste are given back, whatever
// breaks; the error says so and where it broke is told.
func TestAPanicGivesTheTerminalBack(t *testing.T) {
	for _, where := range []string{"update", "view", "command"} {
		t.Run(where, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			host := &page.Host{Context: ctx, Clock: clock.Wall{}, Zone: time.UTC, Focused: true, Style: style.New(present.Look{})}
			shell := tui.New(tui.Options{Host: host, Pages: []page.Entry{{ID: page.Overview, Name: "Fragile", Open: func(*page.Host, page.Target) page.Page {
				return &fragile{where: where}
			}}}})
			in, keys := io.Pipe()
			out := &terminal{}
			go func() {
				for ctx.Err() == nil && !out.has("1 Fragile") {
					shell.Send(tea.WindowSizeMsg{Width: 80, Height: 24})
					_ = clock.Sleep(ctx, clock.Wall{}, 10*time.Millisecond)
				}
				_, _ = keys.Write([]byte("x"))
				<-ctx.Done()
				_ = keys.Close()
			}()
			err := tui.Run(ctx, shell, tui.Terminal{In: in, Out: out, Environ: []string{"TERM=xterm-256color"}})
			if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "broke") {
				t.Fatalf("it ended with %v", err)
			}
			for what, sequence := range map[string]string{
				"the alternate screen": "\x1b[?1049l", "the mouse": "\x1b[?1002l", "focus reports": "\x1b[?1004l", "bracketed paste": "\x1b[?2004l", "the cursor": "\x1b[?25h",
			} {
				if !out.has(sequence) {
					t.Errorf("%s: not given back", what)
				}
			}
		})
	}
}
