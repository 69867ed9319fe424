package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// fail says why a command failed and gives its exit code. It is the only place
// that does either.
func (a *app) fail(ctx context.Context, err error) int {
	p := asProblem(ctx, err)
	if p.Message == "" { // the exit code says it all, as of diff --exit-code
		return int(p.Kind)
	}
	a.mark(present.Bad, "error:", p.Message)
	hint := p.Hint
	if hint == "" {
		hint = "--verbose shows what led to it"
	}
	a.mark(present.Dim, "hint:", hint)
	if a.flags.verbose {
		for cause := p.Cause; cause != nil; cause = errors.Unwrap(cause) {
			a.mark(present.Dim, "cause:", cause.Error())
		}
	}
	return int(p.Kind)
}

// mark writes a marked line. On a terminal that is too narrow for it, it breaks
// between words.
func (a *app) mark(tone present.Tone, mark, text string) {
	look := a.errLook()
	lines := []string{oneLine(text)}
	if a.terminal.err {
		lines = present.Wrap(lines[0], look.Width-len(mark)-1)
	}
	fmt.Fprintln(a.err, look.Paint(tone, mark), lines[0])
	for _, line := range lines[1:] {
		fmt.Fprintln(a.err, present.Pad("", len(mark)), line)
	}
}

func asProblem(ctx context.Context, err error) *problem.Error {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p
	}
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return problem.New(problem.Interrupted, "interrupted").WithHint("the same command takes it up again")
	}
	return problem.New(problem.Failed, "%s", err).WithCause(errors.Unwrap(err))
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(present.Clean(text)), " ")
}
