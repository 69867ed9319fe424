package invocation

import (
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/logs/line"
)

// message is what a line says of its invocation.
type message struct {
	line.Parsed
	// cause is why an error happened, ids whom the line is about.
	cause string
	ids   []string
	// receive is the receive count of a queue's message.
	receive int
}

func read(text string) message {
	m := message{Parsed: line.Parse(text)}
	if m.Kind != line.Text {
		return m
	}
	for _, f := range m.Fields {
		switch f.Name {
		case "error", "errorMessage":
			m.cause = f.Value
		case "jobId", "interactionId", "leadId":
			m.ids = append(m.ids, f.Value)
		case "receiveCount":
			m.receive, _ = strconv.Atoi(f.Value)
		}
	}
	return m
}

// names reports whether the line is one of Lambda's that names its invocation: the
// request ids in a function's own lines may be those of an API.
func (m message) names() bool {
	return m.RequestID != "" && (m.Kind == line.Start || m.Kind == line.End || m.Kind == line.Report || m.stopped())
}

// stopped reports whether Lambda says that it stopped the function.
func (m message) stopped() bool { return m.Kind == line.Platform && m.Outcome != "" }

// failed reports whether the line tells of an error. A REPORT does not: what it says
// in the end has been said before.
func (m message) failed() bool {
	return m.stopped() && m.RequestID != "" || m.Kind == line.Text && m.Level >= line.Error
}

// what says a message and its cause in one text. Of a text of several lines that is
// the first.
func (m message) what() string {
	text, _, _ := strings.Cut(strings.TrimSpace(m.Text), "\n")
	if m.cause != "" && text != "" {
		return text + ": " + m.cause
	}
	return text + m.cause
}
