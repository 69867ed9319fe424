package platform

// MetricNamespace is the CloudWatch namespace of Keyvex's own metrics. All of them
// have the dimension MetricEnvironment.
const MetricNamespace = "Keyvex"

// The dimensions of Keyvex's own metrics.
const (
	MetricEnvironment = "Environment"
	// MetricFunction is a function's short name.
	MetricFunction = "Function"
	// MetricProvider and MetricModel tell AI providers' calls apart.
	MetricProvider = "Provider"
	MetricModel    = "Model"
)

// Metric is one of Keyvex's own metrics, along a job's way.
type Metric string

// The stations of an AI job, in their order. Times are in milliseconds.
const (
	// JobsAccepted counts jobs on their first receive.
	JobsAccepted Metric = "JobsAccepted"
	// JobWait is from the queue's acceptance to the first receive.
	JobWait Metric = "JobWait"
	// JobSecondTries and JobThirdTries count receives beyond the first.
	JobSecondTries Metric = "JobSecondTries"
	JobThirdTries  Metric = "JobThirdTries"
	// ProviderFirstToken and ProviderTotal are from the call to the provider to its
	// first piece of output and to its last, by Provider and Model.
	ProviderFirstToken Metric = "ProviderFirstToken"
	ProviderTotal      Metric = "ProviderTotal"
	// ProviderErrors counts failed calls, by Provider and Model.
	ProviderErrors Metric = "ProviderErrors"
	// JobStore is how long storing the answer took.
	JobStore Metric = "JobStore"
	// JobPush is how long sending the answer to the user's connections took.
	JobPush Metric = "JobPush"
	// JobEndToEnd is from the queue's acceptance to the answer's last push.
	JobEndToEnd Metric = "JobEndToEnd"
	// JobsRefused counts jobs that failed for good.
	JobsRefused Metric = "JobsRefused"
)

// The other functions' own metrics.
const (
	// EventsStored counts interactions that were new, EventsRepeated those that
	// were there already.
	EventsStored   Metric = "EventsStored"
	EventsRepeated Metric = "EventsRepeated"
	// MailsSent and MailsRefused count what the mail provider took and refused.
	MailsSent    Metric = "MailsSent"
	MailsRefused Metric = "MailsRefused"
	// SocketConnections counts accepted connections, SocketRefusals refused ones.
	SocketConnections Metric = "SocketConnections"
	SocketRefusals    Metric = "SocketRefusals"
)
