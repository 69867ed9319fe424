package cli

import (
	"context"
	"sync"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/tui/page"
	stackspage "github.com/keyvex/keyvex/internal/tui/stacks"
)

// stacksPage has a place in the palette for each stack.
func (c *console) stacksPage() page.Entry {
	current := sync.OnceValues(func() (deploy.Release, error) { return release(c.choice, nil) })
	options := stackspage.Options{
		Connect: func(ctx context.Context) (stackspage.Source, error) {
			at, err := c.at(ctx)
			if err != nil {
				return nil, err
			}
			return stackSource{c.deployer(at.session, at.who), c.choice.Environment, current}, nil
		},
	}
	entry := page.Entry{ID: page.Stacks, Name: "Stacks", Open: func(h *page.Host, target page.Target) page.Page { return stackspage.New(h, target, options) }}
	for _, s := range platform.Stacks {
		entry.Places = append(entry.Places, page.Place{Name: string(s) + " stack", Target: page.Target{Stack: s}})
	}
	return entry
}

// stackSource tells of one environment's stacks.
type stackSource struct {
	*deploy.Deployer
	environment platform.Environment
	// current is this build's release.
	current func() (deploy.Release, error)
}

func (s stackSource) Status(ctx context.Context) ([]deploy.StackStatus, error) {
	release, err := s.current()
	if err != nil {
		return nil, err
	}
	return s.Deployer.Status(ctx, release)
}

func (s stackSource) Outputs(ctx context.Context) ([]deploy.Output, error) {
	return s.Deployer.Outputs(ctx, s.environment)
}

func (s stackSource) LastOperation(ctx context.Context, stack platform.Stack) ([]deploy.PastEvent, error) {
	return s.Deployer.LastOperation(ctx, s.environment, stack)
}
