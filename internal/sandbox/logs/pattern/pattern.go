// Package pattern is the filter pattern language of CloudWatch Logs, which chooses
// events for FilterLogEvents, Live Tail and metric filters: terms, space-delimited
// fields in [ ], and JSON properties in { }.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
package pattern

import (
	"errors"
	"strings"
)

// maxLength is how many characters a pattern has at most.
const maxLength = 1024

// maxExpressions is how many regular expressions a pattern has at most.
const maxExpressions = 2

// Pattern is a parsed pattern. It is safe for concurrent use.
type Pattern struct{ matcher }

// matcher is one of the three kinds of patterns.
type matcher interface {
	match(message string) bool
	// extract gives what TestMetricFilter shows of a message that matches.
	extract(message string) map[string]string
	// value gives what a selector such as $.a or $name stands for.
	value(message, selector string) (string, bool)
}

// Parse reads a pattern. The empty one matches everything. Errors say in a few
// words what is wrong.
func Parse(text string) (*Pattern, error) {
	if len(text) > maxLength {
		return nil, errors.New("the pattern is longer than 1024 characters")
	}
	trimmed := strings.TrimSpace(text)
	var m matcher
	var err error
	switch {
	case strings.HasPrefix(trimmed, "{"):
		m, err = parseProperties(trimmed)
	case strings.HasPrefix(trimmed, "["):
		m, err = parseFields(trimmed)
	default:
		m, err = parseTerms(trimmed)
	}
	if err != nil {
		return nil, err
	}
	return &Pattern{m}, nil
}

// Match tells whether a message fits.
func (p *Pattern) Match(message string) bool { return p.match(message) }

// Extract gives the values that the pattern names, by their selectors, or ok false
// for a message that does not fit.
func (p *Pattern) Extract(message string) (values map[string]string, ok bool) {
	if !p.match(message) {
		return nil, false
	}
	return p.extract(message), true
}

// Value gives the part of a message that a selector of this pattern stands for:
// "$.latency" of a JSON pattern, "$size" of a space-delimited one.
func (p *Pattern) Value(message, selector string) (string, bool) { return p.value(message, selector) }
