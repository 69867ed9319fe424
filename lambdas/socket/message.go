package socket

// Message is what is sent to a connection about a job.
type Message struct {
	// Type says which of the others are set.
	Type      Type   `json:"type"`
	JobID     string `json:"jobId"`
	SessionID string `json:"sessionId"`
	// Seq numbers the deltas of an answer from 0, and on "done" says how many there
	// were. A delta with 0 begins the answer, and begins it again when the job is
	// tried again.
	Seq  *int   `json:"seq,omitempty"`
	Text string `json:"text,omitempty"`
	// Reason says in words why there is no answer, or none yet.
	Reason string `json:"reason,omitempty"`
	// AfterSeconds is about when a job is tried again.
	AfterSeconds int `json:"afterSeconds,omitempty"`
}

// Type is a kind of Message.
type Type string

const (
	// Delta is the next part of the answer.
	Delta Type = "delta"
	// Done says that the answer is whole and stored.
	Done Type = "done"
	// Retry says that the job will be tried again.
	Retry Type = "retry"
	// Error says that the job has failed.
	Error Type = "error"
)

// SessionTopic is the topic of a session's jobs.
func SessionTopic(id string) string { return "session:" + id }

// ToolTopic is the topic of a tool's jobs.
func ToolTopic(id string) string { return "tool:" + id }
