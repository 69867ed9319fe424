// Package series keeps the values of metrics: in buckets of a minute for fifteen
// days, and of a second for three hours where a metric asks for it.
//
// What is recorded goes into open buckets (bucket.go). At the end of a minute Flush
// encodes them (encode.go), for memory (block.go) and for a file (journal.go). For
// three hours the encoded buckets keep up to mostExact different values each, so
// that percentiles are exact; after that, and beyond that number, they are within
// RelativeError (spread.go).
package series

import (
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// Kept is how long buckets of a minute are kept, and KeptFine those of a second.
// CloudWatch goes on for a year with buckets of five minutes and an hour; this
// store does not.
const (
	Kept     = 15 * 24 * time.Hour
	KeptFine = 3 * time.Hour
)

// Metric names a metric. Dimensions are in the order of their names.
type Metric struct {
	Namespace, Name string
	Dimensions      []host.Dimension
}

// key is the metric's identity as text, in the order in which metrics are listed.
func (m Metric) key() string { return string(appendKey(nil, m.Namespace, m.Name, m.Dimensions)) }

const separator = 0

func appendKey(to []byte, namespace, name string, dimensions []host.Dimension) []byte {
	to = append(append(to, namespace...), separator)
	to = append(to, name...)
	for _, d := range dimensions {
		to = append(append(to, separator), d.Name...)
		to = append(append(to, separator), d.Value...)
	}
	return to
}

// parseKey is the inverse of key.
func parseKey(key string) (m Metric, ok bool) {
	parts := strings.Split(key, string(rune(separator)))
	if len(parts) < 2 || len(parts)%2 != 0 {
		return m, false
	}
	m.Namespace, m.Name = parts[0], parts[1]
	for pair := range slices.Chunk(parts[2:], 2) {
		m.Dimensions = append(m.Dimensions, host.Dimension{Name: pair[0], Value: pair[1]})
	}
	return m, true
}
