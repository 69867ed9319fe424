package metrics

import (
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

// Snapshot is all that is known at one moment. It is a value that nobody changes once
// it was handed out; every later one has a higher Version. All rows are there from
// the first snapshot on, in the platform's order, before anything has answered.
type Snapshot struct {
	Version     uint64
	At          time.Time
	Environment platform.Environment
	// Account and Region are empty until they are known.
	Account, Region string
	ReadOnly        bool

	Verdict Verdict

	Functions []Function // in the order of platform.Functions
	Queues    []Queue    // in the order of platform.Queues
	Table     Table
	Cache     Cache
	REST      REST
	Socket    Socket
	Jobs      Jobs
	Stacks    Stacks
	Alarms    Alarms
	Changes   Changes
	Errors    Errors

	// Sources are all that is asked, by SourceNames' order.
	Sources []Source
	Budget  Budget
}

// Row is what every row has. Values of a row whose State is Unknown are the last
// ones that were known, as of Source.Answered.
type Row struct {
	Resource Resource
	State    Level
	// Source is what the row comes from, as this row sees it: a single metric can be
	// refused while others of the same call are not.
	Source Source
	// Spark is an hour of what the row is about, one point a minute: invocations,
	// messages waiting, capacity, CPU, requests. A sleeping metric's is empty.
	Spark Series
}

// Function is a Lambda function. Rates and shares are of the last five whole minutes,
// times are in milliseconds.
type Function struct {
	Row
	Function platform.Function
	// PerMinute is invocations a minute; ErrorPercent, P50, P95, MaximumTime unknown
	// without invocations.
	PerMinute, ErrorPercent, P50, P95, MaximumTime Number
	// Invocations, Errors and Throttles are counts of the last five whole minutes, TimeOuts
	// the minutes in which an invocation began that was seen to run into its limit in them.
	Invocations, Errors, Throttles, TimeOuts Number
	// Concurrency is the highest number of executions at once.
	Concurrency Number
	// ColdStarts are those of the invocations that ended within five minutes, Memory is
	// the most that one of them used, in percent of what it was given. ReportsCut tells
	// that there were more than were read, so that there may have been more of both.
	ColdStarts, Memory Number
	ReportsCut         bool
	// Yesterday is P95 against that of the same hour yesterday, 1.04 for 4 % more;
	// LastWeek against the one a week ago.
	Yesterday, LastWeek Number
	// Provisional tells that the values may still change (P95 is shown with a ~).
	Provisional bool
	// IdleSince is the end of the last minute with an invocation, as far as the hour
	// goes; zero while there are invocations. See Idle.
	IdleSince time.Time
}

// Queue is a source queue with its dead letters. Counts are live, from SQS itself;
// rates and ages are CloudWatch's.
type Queue struct {
	Row
	Queue platform.Queue
	// Ready, InFlight and Delayed are of the source queue; Dead counts dead letters,
	// visible and in flight.
	Ready, InFlight, Delayed, Dead Number
	// Oldest is the age of the oldest message in seconds; In and Out are messages a
	// minute.
	Oldest, In, Out Number
	// LostIn is until the oldest dead letter expires: no sooner, unless LostExact.
	LostIn    time.Duration
	LostKnown bool
	LostExact bool
	// DeadSince is when the dead-letter queue became other than empty, NewestDead when
	// it last grew, as far as the hour goes; zero where it is not known.
	DeadSince, NewestDead time.Time
	// DeadSpark is an hour of dead letters, one point a minute.
	DeadSpark Series
	// Asleep tells that CloudWatch has no metrics of the queue for now: SQS stops
	// publishing them six hours after the last use.
	Asleep bool
	// Consumer is the event source mapping's state, "Enabled"; empty where there is
	// none or ConsumerSource failed.
	Consumer       string
	ConsumerSource Source
	// PausedSince is when the consumer was paused, where that is known.
	PausedSince time.Time
}

// Paused reports whether the queue's consumer takes nothing from it.
func (q Queue) Paused() bool { return platform.ConsumerPauses(q.Consumer) }

// InAnHour is how many messages will wait, be worked on or be delayed in an hour at the
// present rates; unknown where these are.
func (q Queue) InAnHour() Number {
	if !q.Ready.Known || !q.In.Known || !q.Out.Known {
		return Number{}
	}
	return Some(max(0, q.Ready.Value+q.InFlight.Value+q.Delayed.Value+time.Hour.Minutes()*(q.In.Value-q.Out.Value)))
}

// Table is the DynamoDB table. Rates are capacity units a second over five minutes,
// indexes not included; P95 is in milliseconds; Throttled counts of five minutes.
type Table struct {
	Row
	Reads, Writes, Throttled, P95 Number
}

// Cache is Redis. CPU and Memory are in percent, those of the node that has the most of
// it; Connections and Evicted are those of all nodes.
type Cache struct {
	Row
	CPU, Memory, Connections, Evicted Number
}

// REST is the REST API. PerMinute is requests a minute, shares are in percent, times
// in milliseconds, all over five minutes.
type REST struct {
	Row
	PerMinute, Percent4xx, Percent5xx, P95 Number
}

// Socket is the WebSocket API, over five minutes.
type Socket struct {
	Row
	ConnectsPerMinute, MessagesPerMinute Number
	// ClientErrors are 4xx, ExecutionErrors and IntegrationErrors the API's and the
	// function's failures, counts of five minutes.
	ClientErrors, ExecutionErrors, IntegrationErrors Number
}

// Jobs is an AI job's way, p95 of each station in milliseconds over five minutes.
type Jobs struct {
	Row
	Accepted                                            Number // the REST API's own latency
	Wait, FirstToken, Provider, Store, Push, EndToEnd   Number
	Count, SecondTries, ThirdTries, ProviderErrors      Number // counts of five minutes
	Refused, MailsSent, MailsRefused, SocketRefusals    Number
	WaitBefore, ProviderBefore, StoreBefore, PushBefore Number // p95 of the same hour yesterday
}

// Stacks are the CloudFormation stacks.
type Stacks struct {
	Row
	Stacks []deploy.StackStatus // in the platform's order, those that do not exist included
	// Builds are the distinct builds of the deployed stacks; more than one is mixed.
	Builds []string
	// Healthy counts the stacks that are complete.
	Healthy int
}

// Errors are the error messages of the last 60 minutes by fingerprint, the most
// frequent first. They are read only while something is not healthy.
type Errors struct {
	Source Source
	Groups []ErrorGroup
}

// ErrorGroup is errors that differ only in what is different each time.
type ErrorGroup struct {
	Fingerprint, Example string
	Function             platform.Function
	Count                int
	First, Last          time.Time
	RequestID            string
}

// Budget is what asking costs. Prices are CloudWatch's of us-east-1.
type Budget struct {
	// Calls, Metrics and Dollars are all since the collector began.
	Calls, Metrics int
	Dollars        float64
	// CallsPerHour and DollarsPerHour are what it comes to at the present pace.
	CallsPerHour, DollarsPerHour float64
	// Cap is the most that an hour may cost, in dollars; 0 for none. Capped tells that
	// it is asked more seldom because of it.
	Cap    float64
	Capped bool
	// Every is how often the quickest metrics are asked for at present.
	Every time.Duration
}

// Source is one of the snapshot's sources.
func (s Snapshot) Source(name SourceName) Source {
	for _, source := range s.Sources {
		if source.Name == name {
			return source
		}
	}
	return Source{Name: name}
}
