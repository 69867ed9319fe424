package invocation

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/logs/window"
)

// Whole is an invocation with its lines.
type Whole struct {
	*Invocation
	Log []logs.Line
}

// Show finds the invocations of which a line names the id, the earliest first. Of a
// request id that is one, or several where Lambda tried again; the ids of jobs,
// messages and sockets' requests find theirs as well. It searches for lines with the
// id and then reads their log streams around them, for the lines without. To must be
// set, and the groups be functions'.
func Show(ctx context.Context, r *window.Reader, span window.Span, id string) ([]Whole, error) {
	span.Pattern = strconv.Quote(id)
	reaches, err := find(ctx, r, span, id)
	if err != nil {
		return nil, err
	}
	var out []Whole
	for _, reach := range reaches {
		whole, err := reach.read(ctx, r, id)
		if err != nil {
			return nil, err
		}
		out = append(out, whole...)
	}
	slices.SortStableFunc(out, func(a, b Whole) int { return a.Start.Compare(b.Start) })
	return out, nil
}

// reach is the part of a log stream in which invocations with the id have lines.
type reach struct {
	group    logs.Group
	stream   string
	from, to time.Time
}

func find(ctx context.Context, r *window.Reader, span window.Span, id string) ([]*reach, error) {
	known := map[place]*reach{}
	var out []*reach
	for page, err := range r.Read(ctx, span) {
		if err != nil {
			return nil, err
		}
		for _, l := range page.Lines {
			if !strings.Contains(l.Message, id) {
				continue
			}
			at := place{page.Group.Short, l.Stream}
			if known[at] == nil {
				known[at] = &reach{group: page.Group, stream: l.Stream, from: l.Time()}
				out = append(out, known[at])
				known[at].begin(l)
			}
			known[at].extend(l, span.To)
		}
	}
	return out, nil
}

// begin reaches back to where an invocation that writes the line may have begun.
func (r *reach) begin(l logs.Line) {
	if read(l.Message).Kind != line.Start {
		r.from = l.Time().Add(-r.group.Function.Spec().Timeout)
	}
}

// extend reaches on to where it must have ended.
func (r *reach) extend(l logs.Line, now time.Time) {
	r.to = l.Time()
	if read(l.Message).Kind != line.Report {
		r.to = l.Time().Add(r.group.Function.Spec().Timeout + grace)
	}
	if r.to.After(now) {
		r.to = now
	}
}

// read reads the reach, and keeps the invocations with the id.
func (r *reach) read(ctx context.Context, reader *window.Reader, id string) ([]Whole, error) {
	var out []Whole
	var log []logs.Line
	assembler := NewAssembler(func(i *Invocation) {
		if slices.ContainsFunc(log, func(l logs.Line) bool { return strings.Contains(l.Message, id) }) {
			out = append(out, Whole{i, log})
		}
		log = nil
	})
	groups := []logs.Group{r.group}
	for page, err := range reader.Read(ctx, window.Span{Groups: groups, From: r.from, To: r.to, Streams: []string{r.stream}}) {
		if err != nil {
			return nil, err
		}
		for _, l := range page.Lines {
			if read(l.Message).Kind == line.Start {
				assembler.drop(place{r.group.Short, r.stream})
				log = nil
			}
			log = append(log, l)
			assembler.Add(r.group.Short, l)
		}
	}
	assembler.Finish(r.to, limits(groups))
	return out, nil
}
