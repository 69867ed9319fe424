package cli

import (
	"context"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/logs/window"
	"github.com/keyvex/keyvex/internal/metrics"
	"github.com/keyvex/keyvex/internal/platform"
)

// collector asks what the Overview shows, for at most budget dollars an hour; 0 is
// without a limit.
func (a *app) collector(at ground, budget float64) (*metrics.Collector, error) {
	domain, err := a.queuesAt(at)
	if err != nil {
		return nil, err
	}
	groups, err := logs.FindGroups(at.choice.Environment, strs(platform.Functions))
	if err != nil {
		return nil, err
	}
	reader := at.logReader()
	s := at.session
	return metrics.New(metrics.Clients{
		Metrics: s.CloudWatch(), Alarms: s.CloudWatch(), Parameters: s.SSM(), Consumers: s.Lambda(),
		Queues: domain, Stacks: a.deployer(s, at.who), Secrets: a.vault(at), Trail: s.CloudTrail(),
		Errors: func(ctx context.Context, from, to time.Time) ([]invocation.ErrorGroup, error) {
			found, _, err := invocation.Errors(ctx, reader, window.Span{Groups: groups, From: from, To: to})
			return found, err
		},
		Reports: func(ctx context.Context, f platform.Function, from, until time.Time) ([]invocation.Report, bool, error) {
			group := groups[slices.Index(platform.Functions, f)]
			return invocation.Reports(ctx, reader, window.Span{Groups: []logs.Group{group}, From: from, To: until.Add(-time.Millisecond)})
		},
	}, metrics.Settings{
		Environment: at.choice.Environment, Account: at.who.Account, Region: s.Region(), ReadOnly: s.Options.ReadOnly,
		Clock: a.clock, Budget: budget,
	}), nil
}

func (g ground) logReader() *window.Reader {
	return &window.Reader{API: g.session.Logs(), Budget: g.reading}
}
