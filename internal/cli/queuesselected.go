package cli

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// gcPercent keeps ten thousand messages within the memory that a start takes anyway.
const gcPercent = 30

// selected moves what is meant, message by message.
func (o *queuesRedriveOptions) selected(ctx context.Context, selection queues.Selection) error {
	selection.IDs = idSet(o.ids)
	options := queues.RedriveOptions{Selection: selection, Canary: o.canary, Label: o.where}
	if err := o.takeUp(&options); err != nil {
		return err
	}
	if o.pick {
		ids, err := o.picked(ctx, options.Selection)
		if err != nil {
			return err
		}
		options.Selection = queues.Selection{IDs: ids}
	}
	if len(o.sets) > 0 || o.edit {
		bodies, err := o.edited(ctx, options.Selection)
		if err != nil {
			return err
		}
		if len(bodies) == 0 {
			o.note("no body was changed, nothing was moved")
			return nil
		}
		options.Bodies, options.Selection = bodies, queues.Selection{IDs: map[string]bool{}}
		for id := range bodies {
			options.IDs[id] = true
		}
	}
	if err := o.confirmSelected(ctx, options); err != nil {
		return err
	}
	// Moving waits for SQS, not for the processor: rather collect than grow.
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	var e queues.RedriveEvent
	var err error
	for e, err = range o.at.Redrive(ctx, o.at.name, options) {
		o.showEvent(e, err)
	}
	o.sayBlind(ctx, e.Blind)
	if ctx.Err() != nil && err != nil {
		return problem.New(problem.Interrupted, "interrupted, %s moved", present.Count(e.Moved, "message")).
			WithHint("keyvex queues redrive %s --resume carries on", o.at.name)
	}
	return err
}

func (o *queuesRedriveOptions) confirmSelected(ctx context.Context, options queues.RedriveOptions) error {
	source := o.at.name.Source()
	switch {
	case len(options.Bodies) > 0:
		return o.confirm(ctx, fmt.Sprintf("move %s back to %s with these bodies?", present.Count(len(options.Bodies), "message"), source))
	case len(options.IDs) > 0:
		return o.confirm(ctx, fmt.Sprintf("move %s back to %s?", present.Count(len(options.IDs), "message"), source))
	}
	status, err := o.at.Status(ctx, o.at.name.DeadLetter())
	if err != nil {
		return err
	}
	return o.confirm(ctx, fmt.Sprintf("move the selected of %s back to %s?", present.Count(status.Messages(), "dead letter"), source))
}

// takeUp deals with what a redrive that was cut off left.
func (o *queuesRedriveOptions) takeUp(options *queues.RedriveOptions) error {
	left, found, err := o.at.Unfinished(o.at.name.DeadLetter())
	if err != nil {
		return err
	}
	if o.resume && !found {
		return problem.New(problem.NotFound, "no unfinished redrive of %s is known here", o.at.name.DeadLetter()).
			WithHint("keyvex queues redrive %s with a selection begins one", o.at.name)
	}
	if !found {
		return nil
	}
	if left.Undeleted > 0 {
		o.note("a redrive was cut off: %s sent and not yet deleted, they are not sent again", present.Count(left.Undeleted, "message"))
	}
	if o.resume {
		*options, err = left.Plan.Options()
	}
	return err
}

// picked lets the operator choose from what is selected.
func (o *queuesRedriveOptions) picked(ctx context.Context, selection queues.Selection) (map[string]bool, error) {
	in, ok := o.in.(*os.File)
	if !ok || !o.canAsk() || !o.moves() {
		return nil, problem.New(problem.Refused, "nobody is there to pick").WithHint("--id and --where choose without a list")
	}
	var ids []string
	list := menu{title: "space marks, a marks all, enter redrives them, q leaves", marks: map[int]bool{}}
	for m, err := range o.at.Peek(ctx, o.at.name.DeadLetter(), queues.PeekOptions{Selection: selection, Autopsy: true}) {
		if err != nil {
			return nil, err
		}
		ids, list.entries = append(ids, m.ID), append(list.entries, present.MessageLine(m))
	}
	if len(ids) == 0 {
		return nil, problem.New(problem.NotFound, "nothing to pick in %s", o.at.name.DeadLetter()).WithHint("keyvex queues list shows what is in the queues")
	}
	if _, err := o.pickFrom(ctx, in, &list); problem.Is(err, problem.Interrupted) {
		return nil, problem.New(problem.Interrupted, "nothing was picked, nothing was moved").WithHint("--id and --where choose without a list")
	} else if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for i := range list.marks {
		out[ids[i]] = true
	}
	if len(out) == 0 {
		return nil, problem.New(problem.Refused, "nothing was marked, nothing was moved").WithHint("space marks the message under the cursor")
	}
	return out, nil
}
