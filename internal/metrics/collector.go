package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/logs/invocation"
	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/secrets"
)

// Metrics reads the values of metrics.
type Metrics interface {
	GetMetricData(context.Context, *cloudwatch.GetMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.GetMetricDataOutput, error)
}

// Parameters finds the WebSocket API's id.
type Parameters interface {
	GetParameters(context.Context, *ssm.GetParametersInput, ...func(*ssm.Options)) (*ssm.GetParametersOutput, error)
}

// Consumers are the functions' event source mappings.
type Consumers interface {
	ListEventSourceMappings(context.Context, *lambda.ListEventSourceMappingsInput, ...func(*lambda.Options)) (*lambda.ListEventSourceMappingsOutput, error)
}

// QueueReader is what is used of package queues: nothing that takes a message.
type QueueReader interface {
	Status(context.Context, queues.Name) (queues.Status, error)
	Expire(pair *queues.Pair)
	Redrives(since time.Time) ([]queues.Redriven, error)
	Moves(context.Context, queues.Name) ([]queues.MoveTask, error)
}

// StackReader is what is used of package deploy.
type StackReader interface {
	Status(context.Context, deploy.Release) ([]deploy.StackStatus, error)
	Operations(ctx context.Context, env platform.Environment, since time.Time) ([]deploy.Operation, error)
}

// SecretReader is what is used of package secrets: no values.
type SecretReader interface {
	History(context.Context, platform.Secret) ([]secrets.Past, error)
}

// ErrorFinder groups the errors that functions logged in a window.
type ErrorFinder func(ctx context.Context, from, to time.Time) ([]invocation.ErrorGroup, error)

// Clients are the ways to AWS.
type Clients struct {
	Metrics    Metrics
	Alarms     AlarmStore
	Parameters Parameters
	Consumers  Consumers
	Queues     QueueReader
	Stacks     StackReader
	Secrets    SecretReader
	Errors     ErrorFinder
	// Trail is nil where nobody is asked who changed something.
	Trail trail.API
	// Reports may be nil: cold starts and memory stay unknown then.
	Reports ReportFinder
}

// Settings say where and with what a Collector works.
type Settings struct {
	Environment platform.Environment
	// Account and Region are shown, nothing else; ReadOnly too.
	Account, Region string
	ReadOnly        bool
	Clock           clock.Clock
	// Budget is the most that an hour may cost, in dollars; 0 for as much as it takes.
	Budget float64
}

// Collector asks the sources of one environment. It is safe for concurrent use.
type Collector struct {
	Clients
	Settings

	mu sync.Mutex
	// What the sources said last. All of it is guarded by mu.
	catalog []Metric
	// socketID is the WebSocket API's, asked for in the hour of socketAsked; socket is why
	// it is not known, without Err where it is or there is none.
	socketID    string
	socketAsked time.Time
	socket      Source
	lines       map[string]*line
	slowAsked   time.Time
	baselines   map[baseline]Number
	baselinesOf time.Time
	queues      map[platform.Queue]*queueFacts
	consumers   map[platform.Queue]consumerFacts
	stacks      []deploy.StackStatus
	alarms      []Alarm
	changes     []Change
	trail       Trail
	errors      []ErrorGroup
	reports     map[platform.Function]*reportFacts
	sources     map[SourceName]*Source
	budget      Budget
	focused     bool
	version     uint64
	// began is since when each finding has been there without a break.
	began map[findingKey]time.Time
	// puzzled tells that the last snapshot had a finding which the logs may explain.
	puzzled bool
	// charts are the lines of Charts, by metric and period.
	charts map[chartKey]*line

	// refresh is closed and replaced when all sources are to be asked at once.
	refresh chan struct{}

	// history reads CloudTrail; nil where nobody is asked.
	history *trail.Reader
}

// New makes a Collector that nobody has asked yet.
func New(clients Clients, settings Settings) *Collector {
	if settings.Clock == nil {
		settings.Clock = clock.Wall{}
	}
	c := &Collector{
		Clients: clients, Settings: settings, focused: true, catalog: catalog(settings.Environment, ""),
		lines: map[string]*line{}, charts: map[chartKey]*line{}, baselines: map[baseline]Number{},
		queues: map[platform.Queue]*queueFacts{}, consumers: map[platform.Queue]consumerFacts{},
		sources: map[SourceName]*Source{}, began: map[findingKey]time.Time{}, refresh: make(chan struct{}),
	}
	if clients.Trail != nil {
		c.history = &trail.Reader{API: clients.Trail, Environment: settings.Environment, Clock: settings.Clock, Alarm: c.alarmOf}
	}
	for _, s := range SourceNames {
		c.sources[s] = &Source{Name: s}
	}
	return c
}

// Catalog lists the metrics there are, in the order of the Overview's rows.
func (c *Collector) Catalog() []Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.catalog
}

// Focus says whether somebody looks: unfocused, all is asked five times as seldom.
// Coming back asks at once.
func (c *Collector) Focus(focused bool) {
	c.mu.Lock()
	back := focused && !c.focused
	c.focused = focused
	c.mu.Unlock()
	if back {
		c.Refresh()
	}
}

// Refresh asks all sources at once.
func (c *Collector) Refresh() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.refresh)
	c.refresh = make(chan struct{})
}

// refreshed is closed by the next Refresh.
func (c *Collector) refreshed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refresh
}
