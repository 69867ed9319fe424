package cli

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// screen is a terminal of that width that understands what a live region sends.
type screen struct {
	width int
	rows  []string
	at    int
}

var control = regexp.MustCompile(`^\x1b\[([0-9]*)([A-Z])`)

func (s *screen) write(t *testing.T, text string) {
	t.Helper()
	text = strings.NewReplacer(hideCursor, "", showCursor, "").Replace(text)
	for text != "" {
		if match := control.FindStringSubmatch(text); match != nil {
			text = text[len(match[0]):]
			n, _ := strconv.Atoi(match[1])
			switch match[2] {
			case "A":
				s.at -= n
				if s.at < 0 {
					t.Fatalf("the cursor went %d rows above the screen", -s.at)
				}
			case "K": // rows are written whole
			case "J":
				s.rows = s.rows[:s.at]
			default:
				t.Fatalf("unknown control %q", match[0])
			}
			continue
		}
		end := strings.IndexAny(text, "\x1b\n")
		switch {
		case end < 0:
			end = len(text)
		case strings.HasPrefix(text, "\r"):
			text = text[1:]
			continue
		case end == 0:
			text = text[1:]
			continue
		}
		s.put(text[:end])
		text = text[end:]
	}
}

// put writes one line over the row of the cursor, wrapped at the width.
func (s *screen) put(line string) {
	runes := []rune(line)
	for first := true; first || len(runes) > 0; first = false {
		n := min(len(runes), s.width)
		if s.at == len(s.rows) {
			s.rows = append(s.rows, "")
		}
		s.rows[s.at] = string(runes[:n])
		s.at++
		runes = runes[n:]
	}
}

// resize wraps the rows anew, as terminals do.
func (s *screen) resize(width int) {
	rows := slices.Clone(s.rows)
	s.width, s.rows, s.at = width, nil, 0
	for _, row := range rows {
		s.put(row)
	}
}

type stopped struct{ now time.Time }

func (c *stopped) Now() time.Time                              { return c.now }
func (c *stopped) AfterFunc(time.Duration, func()) func() bool { return func() bool { return true } }

func TestALiveTreeReplacesItself(t *testing.T) {
	var sent bytes.Buffer
	begin := time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	now := &stopped{begin}
	a := newApp([]string{"LANG=C.UTF-8"}, Streams{Err: &sent})
	a.clock = now
	shown := &screen{width: 80, rows: []string{"$ keyvex deploy"}, at: 1}
	tree := &present.DeployTree{Title: "deploy local", Started: begin}
	l := &live{app: a, tree: tree, look: func() present.Look { return present.Look{Width: shown.width, Height: 20} }}
	for i, width := range []int{80, 80, 60, 100, 52, 80} {
		shown.resize(width)
		now.now = now.now.Add(time.Second)
		stack := platform.Stacks[i]
		l.event(deploy.Event{Kind: deploy.StackEvent, Time: now.now, Stack: deploy.StackProgress{Stack: stack, State: deploy.Creating, Started: now.now}})
		l.tick(now.now)
		shown.write(t, sent.String())
		sent.Reset()
		want := append([]string{"$ keyvex deploy"}, tree.Lines(l.look(), now.now)...)
		if !slices.Equal(shown.rows, want) {
			t.Fatalf("step %d shows\n%s\nwant\n%s", i, strings.Join(shown.rows, "\n"), strings.Join(want, "\n"))
		}
	}
	l.ask("leave it? ")
	shown.write(t, sent.String())
	want := append([]string{"$ keyvex deploy"}, tree.Lines(l.look(), now.now)...)
	if !slices.Equal(shown.rows, append(want, "leave it? ")) {
		t.Errorf("the question is not below the tree:\n%s", strings.Join(shown.rows, "\n"))
	}
	sent.Reset()
	now.now = now.now.Add(time.Minute)
	l.tick(now.now)
	if sent.Len() > 0 {
		t.Errorf("drawn over the question: %q", sent.String())
	}
	l.ask("") // the answer's enter has moved the cursor, as put does
	shown.write(t, sent.String())
	want = append([]string{"$ keyvex deploy"}, tree.Lines(l.look(), now.now)...)
	if !slices.Equal(shown.rows, want) {
		t.Errorf("after the answer:\n%s", strings.Join(shown.rows, "\n"))
	}
	sent.Reset()
	l.end(false)
	shown.write(t, sent.String())
	if !slices.Equal(shown.rows, []string{"$ keyvex deploy"}) || !strings.HasSuffix(sent.String(), showCursor) {
		t.Errorf("left behind: %q", shown.rows)
	}
}

func TestAnUnchangedTreeIsNotDrawnAgain(t *testing.T) {
	var sent bytes.Buffer
	a := newApp(nil, Streams{Err: &sent})
	l := &live{app: a, tree: &present.DeployTree{Title: "deploy local"}, look: func() present.Look { return present.Look{Width: 80} }}
	l.tick(time.Time{})
	sent.Reset()
	l.tick(time.Time{})
	if sent.Len() > 0 {
		t.Errorf("sent %q", sent.String())
	}
}

func TestASilentRunIsLoggedEveryTenSeconds(t *testing.T) {
	var sent bytes.Buffer
	begin := time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	a := newApp(nil, Streams{Err: &sent})
	a.clock = &stopped{begin}
	w := a.watch("deploy local", "")
	for second := range 31 {
		w.tick(begin.Add(time.Duration(second) * time.Second))
	}
	if got := strings.Count(sent.String(), "still at it after"); got != 3 {
		t.Errorf("%d lines in 30 silent seconds, want 3:\n%s", got, sent.String())
	}
}

// streamOf yields events as a deployer does, and waits for the end of ctx when it
// is to hang.
func streamOf(events []deploy.Event, err error, hang bool, ready func()) func(context.Context) iter.Seq2[deploy.Event, error] {
	return func(ctx context.Context) iter.Seq2[deploy.Event, error] {
		return func(yield func(deploy.Event, error) bool) {
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			if hang {
				ready()
				<-ctx.Done()
				err = problem.New(problem.LeftRunning, "left running")
			}
			yield(deploy.Event{Kind: deploy.DoneEvent, Result: &deploy.Result{Took: time.Second}}, err)
		}
	}
}

func TestFollowingARunGivesItsResultAndError(t *testing.T) {
	a := newApp(nil, Streams{Err: &bytes.Buffer{}})
	failure := problem.New(problem.Failed, "Redis failed")
	for _, want := range []error{nil, failure} {
		result, err := a.follow(t.Context(), a.watch("deploy local", ""), func() {}, streamOf(nil, want, false, nil))
		if result == nil || result.Took != time.Second || fmt.Sprint(err) != fmt.Sprint(want) {
			t.Errorf("got %+v, %v, want %v", result, err, want)
		}
	}
}

func TestAnInterruptWithNobodyToAskLeavesTheRun(t *testing.T) {
	a := newApp(nil, Streams{Err: &bytes.Buffer{}})
	interrupt := func() {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGINT); err != nil {
			t.Error(err)
		}
	}
	_, err := a.follow(t.Context(), a.watch("deploy local", ""), func() { t.Error("undone") }, streamOf(nil, nil, true, interrupt))
	if !problem.Is(err, problem.Interrupted) {
		t.Errorf("got %v, want an interruption", err)
	}
}
