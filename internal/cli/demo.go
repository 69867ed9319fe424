package cli

import (
	"context"
	"errors"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/traffic"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// users has believable users work with the local platform until ctx ends. None of
// their jobs goes wrong: the dead letter that a demo shows was planted before.
func (c *console) users(ctx context.Context) {
	at, err := c.at(ctx)
	if err != nil {
		return // the Overview says it, and tries again
	}
	o := &trafficOptions{app: c.app}
	target, err := o.target(ctx, at.session)
	if err != nil {
		c.tell(page.Fail{Err: err})
		return
	}
	options := traffic.Options{
		Rate: traffic.DefaultRate, Users: traffic.DefaultUsers, Clock: c.clock, Patience: traffic.DefaultPatience,
		Seed: uint64(c.clock.Now().UnixNano()),
	}
	for _, err := range traffic.Run(ctx, target, options) {
		if err != nil && !errors.Is(err, context.Canceled) {
			c.tell(page.Fail{Err: problem.New(problem.Failed, "the demo's users stopped: %s", err).WithHint("keyvex local traffic has others come")})
			return
		}
	}
}
