// Package faults makes the sandbox fail on purpose: throttling, latency, server
// errors and lost connections, by rules that can change while it runs and by a
// seed, so that a run can be had again.
package faults

import (
	"fmt"
	"math"
	"path"
	"slices"
	"time"
)

// Kind is what goes wrong.
type Kind string

// The kinds of faults.
const (
	// Throttle answers with the service's own throttling error.
	Throttle Kind = "throttle"
	// Latency holds the call up for Rule.Latency.
	Latency Kind = "latency"
	// ServerError answers with an HTTP status of 500 or 503.
	ServerError Kind = "error"
	// Drop closes the connection without an answer.
	Drop Kind = "drop"
)

// Rule is one fault, and where and how often it happens.
type Rule struct {
	// Service is a glob on the signing name ("sqs"), Operation one on the operation
	// ("Send*"); empty stands for all. Operations of S3 have no name. The REST API and
	// the sockets are "execute-api", with the HTTP method as the operation; likewise the
	// providers' stand-ins ("openai", "anthropic", "sendgrid", "clerk"), for which an
	// empty Service does not stand.
	Service   string `json:"service,omitempty"`
	Operation string `json:"operation,omitempty"`
	Kind      Kind   `json:"kind"`
	// Probability is from 0 to 1.
	Probability float64 `json:"probability"`
	// After lets the call take effect before it fails, as when an answer is lost.
	After bool `json:"after,omitempty"`
	// Latency is how long a call is held up.
	Latency time.Duration `json:"latency,omitempty"`
	// Limit ends the rule after so many faults; 0 is no limit.
	Limit int `json:"limit,omitempty"`
}

// Check says what is wrong with a rule, or nil.
func (r Rule) Check() error {
	for _, glob := range []string{r.Service, r.Operation} {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is no pattern: %w", glob, err)
		}
	}
	if math.IsNaN(r.Probability) || r.Probability < 0 || r.Probability > 1 {
		return fmt.Errorf("a probability is from 0 to 1, not %v", r.Probability)
	}
	switch r.Kind {
	case Throttle, ServerError, Drop:
		return nil
	case Latency:
		if r.Latency > 0 {
			return nil
		}
		return fmt.Errorf("a latency rule needs a positive latency, not %v", r.Latency)
	}
	return fmt.Errorf("%q is no kind of fault: use %s, %s, %s or %s", r.Kind, Throttle, Latency, ServerError, Drop)
}

func (r Rule) matches(service, operation string) bool {
	if r.Service == "" && slices.Contains(standIns, service) {
		return false
	}
	return matches(r.Service, service) && matches(r.Operation, operation)
}

func matches(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return glob == "" || ok && err == nil
}
