package cli

import (
	"context"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/present"
)

// report ends a run: the stacks, the outputs, and why it failed.
func (a *app) report(ctx context.Context, place present.Where, result *deploy.Result, outputs []deploy.Output, err error) error {
	if a.flags.json {
		row := present.Done(place, a.clock.Now(), result, outputs, nil)
		if err != nil {
			row = present.Done(place, a.clock.Now(), result, outputs, asProblem(ctx, err))
		}
		if jsonErr := a.done(row); jsonErr != nil {
			return jsonErr
		}
		return err
	}
	if result == nil || err != nil {
		return err
	}
	look := a.outLook()
	a.print(look.ResultTable(result)...)
	if len(outputs) > 0 {
		a.print("")
		a.print(look.OutputsTable(outputs)...)
	}
	a.print("", present.ReadyLine(place, result))
	return nil
}

// done writes the last line of a stream.
func (a *app) done(row present.DoneRow) error {
	a.streamEnded = true
	return a.record(row)
}

// endStream gives the stream of a run that failed before it began the last line that
// every stream has.
func (a *app) endStream(ctx context.Context, err error) error {
	if err == nil || !a.flags.json || a.streamEnded {
		return err
	}
	row := present.Done(a.about, a.clock.Now(), nil, nil, asProblem(ctx, err))
	if jsonErr := a.done(row); jsonErr != nil {
		return jsonErr
	}
	return err
}
