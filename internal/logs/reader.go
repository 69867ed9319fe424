package logs

import (
	"regexp"
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
	// level and trace are of the line before.
	level line.Level
	trace bool
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
	plain := e.Kind == line.Text && len(e.Fields) == 0
	e.Continues = plain && e.Level == line.Unknown && (s.trace || line.Continues(e.Message))
	if e.Continues {
		e.Level = s.level
	} else {
		s.trace = plain && line.BeginsTrace(e.Message)
		s.level = e.Level
	}
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

// Match reports whether the entry is wanted.
func (f Filter) Match(e Entry) bool {
	return (f.Level == line.Unknown || e.Level >= f.Level) &&
		(f.Request == "" || strings.HasPrefix(e.Request, f.Request)) &&
		(f.Grep == nil || f.Grep.MatchString(e.Message))
}
