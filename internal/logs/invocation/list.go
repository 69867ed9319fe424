package invocation

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/window"
)

// List is what a window has of invocations.
type List struct {
	// Invocations are in the order of their ends; those without an end come last.
	Invocations []*Invocation
	// Missing are the short names of groups that are not there.
	Missing []string
	// Lines counts what was read.
	Lines int
}

// Read lists the invocations of a window: those that began in it, and those that
// began before and were reported in it. To must be set.
func Read(ctx context.Context, r *window.Reader, span window.Span) (*List, error) {
	list := &List{}
	assembler := NewAssembler(func(i *Invocation) { list.Invocations = append(list.Invocations, i) })
	for page, err := range r.Read(ctx, span) {
		if err != nil {
			return nil, err
		}
		if page.Missing {
			list.Missing = append(list.Missing, page.Group.Short)
		}
		list.Lines += len(page.Lines)
		for _, line := range page.Lines {
			assembler.Add(page.Group.Short, line)
		}
	}
	assembler.Finish(span.To, limits(span.Groups))
	return list, nil
}

func limits(groups []logs.Group) func(string) time.Duration {
	return func(function string) time.Duration {
		for _, g := range groups {
			if g.Short == function {
				return g.Function.Spec().Timeout
			}
		}
		return 0
	}
}
