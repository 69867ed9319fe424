package logs

import (
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/logs/line"
)

// Entry is a line that was understood, with what the lines before it in its stream
// tell about it.
type Entry struct {
	Line
	line.Parsed
	// Request is the invocation's request id: the line's own, or that of the START
	// before it; empty where neither is known.
	Request string
	// Continues tells that the line belongs to the one before it in its stream, as a
	// frame of a stack trace does.
	Continues bool
	// Cold marks the report of an invocation that had to start an environment.
	Cold bool
}

// Reader understands lines. It remembers of each stream which invocation it is in:
// an environment serves one at a time.
type Reader struct {
	streams map[streamKey]*standing
}

type streamKey struct {
	group  int
	stream string
}

// standing is where a stream is.
type standing struct {
	request string
	// level is that of the line before.
	level line.Level
	trace line.Stack
}

// maxStreams bounds what a Reader remembers. One that has seen more forgets, and
// knows of lines without a request id less until the next START.
const maxStreams = 20_000

// NewReader makes a reader that has seen nothing.
func NewReader() *Reader { return &Reader{streams: map[streamKey]*standing{}} }

// Read understands the next line.
func (r *Reader) Read(l Line) Entry {
	at := streamKey{l.Group, l.Stream}
	s := r.streams[at]
	if s == nil {
		if len(r.streams) >= maxStreams {
			clear(r.streams)
		}
		s = &standing{}
		r.streams[at] = s
	}
	e := Entry{Line: l, Parsed: line.Parse(l.Message)}
	s.follow(&e)
	return e
}

func (s *standing) follow(e *Entry) {
	if e.Continues = s.trace.Next(e.Message, e.Parsed); e.Continues {
		e.Level = s.level
	}
	s.level = e.Level
	switch e.Kind {
	case line.Start:
		s.request = e.RequestID
	case line.Access:
		e.Request = e.RequestID
		return
	}
	e.Request = e.RequestID
	if e.Request == "" {
		e.Request = s.request
	}
	if e.Kind == line.Report {
		s.request = ""
		e.Cold = e.Usage.Init > 0 || e.Usage.Restore > 0
	}
}

// Filter chooses entries. The zero Filter takes all.
type Filter struct {
	Grep  *regexp.Regexp
	Level line.Level
	// Request is the beginning of a request id.
	Request string
}

// Match reports whether entries that belong together are wanted: the regular
// expression may match any of them, or the whole.
func (f Filter) Match(together []Entry) bool {
	e := together[0]
	return (f.Level == line.Unknown || e.Level >= f.Level) &&
		(f.Request == "" || strings.HasPrefix(e.Request, f.Request)) &&
		(f.Grep == nil || f.greps(together))
}

func (f Filter) greps(together []Entry) bool {
	if len(together) == 1 {
		return f.Grep.MatchString(together[0].Message)
	}
	var whole strings.Builder
	for _, e := range together {
		whole.WriteString(strings.TrimSuffix(e.Message, "\n") + "\n")
	}
	return f.Grep.MatchString(whole.String()) || slices.ContainsFunc(together, func(e Entry) bool { return f.Grep.MatchString(e.Message) })
}

// Together cuts entries into those that belong together: a line, and what continues
// it, as the frames of a stack trace do.
func Together(entries []Entry) iter.Seq[[]Entry] {
	return func(yield func([]Entry) bool) {
		for len(entries) > 0 {
			n := 1
			for n < len(entries) && entries[n].Continues && entries[n].Group == entries[0].Group && entries[n].Stream == entries[0].Stream {
				n++
			}
			if !yield(entries[:n:n]) {
				return
			}
			entries = entries[n:]
		}
	}
}
