package metrics

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

// socketPatience is how long the WebSocket API's id is waited for: of what CloudWatch has
// of all else nothing depends on it.
const socketPatience = patience / 3

// findSocket adds the WebSocket API's metrics to the catalog once its id is known, and
// looks once an hour whether it is another API by now. Why it is not known is told by the
// socket's row alone.
func (c *Collector) findSocket(ctx context.Context) {
	c.mu.Lock()
	before, hour := c.socketID, c.Clock.Now().Truncate(time.Hour)
	asked := c.socketAsked.Equal(hour)
	c.mu.Unlock()
	if before != "" && asked {
		return
	}
	ctx, done := c.bounded(ctx, socketPatience)
	defer done()
	key := c.Environment.ParameterName(platform.WebSocketAPIID)
	out, err := c.Parameters.GetParameters(ctx, &ssm.GetParametersInput{Names: []string{key}})
	c.charge(1, 0)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.socketAsked, c.socket = hour, Source{}
	switch {
	case err != nil && before == "":
		c.socket = Source{Err: err, Code: codeOf(err, context.Cause(ctx)), Operation: cmp.Or(cloud.Operation(err), "GetParameters")}
	case err != nil, len(out.Parameters) == 0: // not deployed yet: its row stays without values
	case aws.ToString(out.Parameters[0].Value) != before:
		c.socketID = aws.ToString(out.Parameters[0].Value)
		c.catalog = catalog(c.Environment, c.socketID)
		maps.DeleteFunc(c.lines, func(_ string, l *line) bool { return l.metric.Resource.Kind == KindSocket })
		maps.DeleteFunc(c.charts, func(_ chartKey, l *line) bool { return l.metric.Resource.Kind == KindSocket })
	}
}

// queueFacts are what SQS says of a queue and its dead letters.
type queueFacts struct {
	pair queues.Pair
	// grew is when the dead letters were last seen to become more, zero before that.
	grew time.Time
}

// askQueues reads the live counts of all queues.
func (c *Collector) askQueues(ctx context.Context) error {
	return each(platform.Queues, func(q platform.Queue) error { return c.askQueue(ctx, q) })
}

func (c *Collector) askQueue(ctx context.Context, q platform.Queue) error {
	source := queues.Name{Queue: q}
	var pair queues.Pair
	var err error
	if pair.Source, err = c.Queues.Status(ctx, source); err == nil {
		pair.DeadLetter, err = c.Queues.Status(ctx, source.DeadLetter())
	}
	c.charge(queueCalls/len(platform.Queues), queuePrice)
	c.mu.Lock()
	defer c.mu.Unlock()
	if problem.Is(err, problem.NotFound) {
		delete(c.queues, q)
		return nil
	}
	if err != nil {
		return err
	}
	facts := &queueFacts{pair: pair}
	if before := c.queues[q]; before != nil {
		facts.grew = before.grew
		if pair.DeadLetter.Messages() > before.pair.DeadLetter.Messages() {
			facts.grew = c.Clock.Now()
		}
	}
	c.queues[q] = facts
	return nil
}

// each asks about all of them at the same time, and fails if one of them does.
func each[T any](all []T, ask func(T) error) error {
	_, err := gather(all, func(one T) ([]struct{}, error) { return nil, ask(one) })
	return err
}

// gather asks about all of them at the same time; what comes back is in their order.
func gather[T, R any](all []T, ask func(T) ([]R, error)) ([]R, error) {
	parts := make([][]R, len(all))
	var group errgroup.Group
	for i, one := range all {
		group.Go(func() (err error) {
			parts[i], err = ask(one)
			return err
		})
	}
	err := group.Wait()
	return slices.Concat(parts...), err
}

// consumerFacts are of a queue's event source mapping.
type consumerFacts struct {
	state    string
	modified time.Time
	mapping  string
}

// askConsumers reads whether the queues' consumers are on.
func (c *Collector) askConsumers(ctx context.Context) error {
	return each(platform.Queues, func(q platform.Queue) error {
		function := c.Environment.FunctionName(q.Spec().Consumer)
		out, err := c.Consumers.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: &function})
		c.charge(1, 0)
		if problem.Is(err, problem.NotFound) {
			return nil // the stacks say what is not deployed
		}
		if err != nil {
			return err
		}
		facts := consumerFacts{}
		if len(out.EventSourceMappings) > 0 {
			m := out.EventSourceMappings[0]
			facts = consumerFacts{aws.ToString(m.State), aws.ToTime(m.LastModified), aws.ToString(m.UUID)}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.consumers[q] = facts
		return nil
	})
}

// askStacks reads the six stacks.
func (c *Collector) askStacks(ctx context.Context) error {
	stacks, err := c.Stacks.Status(ctx, deploy.Release{Environment: c.Environment})
	c.charge(stackCalls, 0)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks = stacks
	return nil
}

// errorWindow is how far back errors are looked for.
const errorWindow = time.Hour

// askErrors groups what the functions logged of failures in the last hour.
func (c *Collector) askErrors(ctx context.Context) error {
	now := c.Clock.Now()
	groups, err := c.Errors(ctx, now.Add(-errorWindow), now)
	c.charge(len(platform.Functions), 0)
	if err != nil {
		return err
	}
	var out []ErrorGroup
	for _, g := range groups {
		group := ErrorGroup{Fingerprint: g.Fingerprint, Example: g.Example, Count: g.Count, First: g.First, Last: g.Last, RequestID: g.RequestID}
		if len(g.Functions) > 0 {
			group.Function, _ = platform.FindFunction(g.Functions[0])
		}
		out = append(out, group)
	}
	// That a job was refused again says nothing of why: it comes last.
	slices.SortStableFunc(out, func(a, b ErrorGroup) int { return cmp.Compare(refusedBefore(a), refusedBefore(b)) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errors = out
	return nil
}

// refusedBefore is 1 for errors that only tell of earlier ones, else 0.
func refusedBefore(g ErrorGroup) int {
	if strings.Contains(g.Fingerprint, platform.RefusedBefore) {
		return 1
	}
	return 0
}
