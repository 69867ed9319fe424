package logs

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	domain "github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// timespan is the window of time that is read. Without an end it follows.
type timespan struct {
	from, until time.Time
}

// lengths are the spans that + and - go through; the page opens with the third.
var lengths = []time.Duration{
	time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

const firstLength = 10 * time.Minute

func newTimespan(target page.Target, now time.Time) timespan {
	s := timespan{from: target.From, until: target.Until}
	if s.from.IsZero() {
		s.from = s.end(now).Add(-firstLength)
	}
	if !s.until.Before(now) {
		s.until = time.Time{}
	}
	return s
}

// end is where the window ends, which is now while it follows.
func (s timespan) end(now time.Time) time.Time {
	if s.until.IsZero() {
		return now
	}
	return s.until
}

func (s timespan) options(groups []domain.Group) domain.Options {
	return domain.Options{Groups: groups, From: s.from, To: s.until, Follow: s.until.IsZero()}
}

// shift moves the window by halves of its length; it follows again when it reaches now.
func (l *Logs) shift(halves int) tea.Cmd {
	now := l.host.Now()
	end := l.span.end(now)
	length := end.Sub(l.span.from)
	end = end.Add(length / 2 * time.Duration(halves))
	if halves > 0 && l.span.until.IsZero() {
		return nil
	}
	return l.show(end.Add(-length), end)
}

// zoom makes the window the next shorter or longer one, its end staying where it is.
func (l *Logs) zoom(step int) tea.Cmd {
	end := l.span.end(l.host.Now())
	at := min(max(nearest(end.Sub(l.span.from))+step, 0), len(lengths)-1)
	return l.show(end.Add(-lengths[at]), l.span.until)
}

// nearest is the place of the span that a length differs least from, by its ratio: one
// that follows has grown meanwhile.
func nearest(length time.Duration) int {
	at := 0
	for at < len(lengths)-1 && float64(length)*float64(length) > float64(lengths[at])*float64(lengths[at+1]) {
		at++
	}
	return at
}

// show reads another window. An end that is not before now follows.
func (l *Logs) show(from, until time.Time) tea.Cmd {
	if !until.Before(l.host.Now()) {
		until = time.Time{}
	}
	l.span = timespan{from, until}
	return l.read()
}

// jump asks for a time and reads what was written from then on.
func (l *Logs) jump() tea.Cmd {
	return page.Send(page.Prompt{
		Title: "Logs from when on: 15m, 12:00, 2026-11-22T10:00Z",
		Check: func(text string) error {
			_, err := l.parse(text)
			return err
		},
		Do: func(text string) tea.Cmd {
			at, err := l.parse(text)
			if err != nil {
				return page.Send(page.Fail{Err: err})
			}
			return page.Send(moveTo(at))
		},
	})
}

func (l *Logs) parse(text string) (time.Time, error) {
	return domain.ParseTime(text, l.host.Now().In(l.host.Zone))
}

// moveTo has the window begin at a time, and be as long as it is.
type moveTo time.Time

func (l *Logs) move(at time.Time) tea.Cmd {
	return l.show(at, at.Add(l.span.end(l.host.Now()).Sub(l.span.from)))
}

// window is for what is read once: the invocations, the way of a job.
func (s timespan) window(groups []domain.Group, now time.Time) window.Span {
	return window.Span{Groups: groups, From: s.from, To: s.end(now)}
}

// wide is the window for what is sought by its id: a day up to the window's end, and
// what came after that.
func (l *Logs) wide() window.Span {
	return window.Span{Groups: l.functionGroups(), From: l.since(), To: l.host.Now()}
}

// since is where a search for an id begins.
func (l *Logs) since() time.Time {
	from := l.host.Now().Add(-24 * time.Hour)
	if l.span.from.Before(from) {
		return l.span.from
	}
	return from
}

func (l *Logs) sinceFlag() string {
	return " -e " + l.host.Where.Environment + " --since " + l.since().UTC().Format(time.RFC3339)
}

// functionGroups are the groups that have invocations.
func (l *Logs) functionGroups() []domain.Group {
	return slices.DeleteFunc(slices.Clone(l.Groups), func(g domain.Group) bool { return g.Function == "" })
}

// chosenGroups are the groups of functions that are seen.
func (l *Logs) chosenGroups() []domain.Group {
	if at := l.choice.group; at >= 0 && l.Groups[at].Function != "" {
		return l.Groups[at : at+1]
	}
	return l.functionGroups()
}
