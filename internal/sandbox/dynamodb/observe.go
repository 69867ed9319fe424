package dynamodb

import (
	"net/http"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// namespace is that of DynamoDB's metrics.
const namespace = "AWS/DynamoDB"

// Observe measures what is known of a call only when it has been answered: its
// latency, or what kind of error it met. Calls of other services are ignored.
func (s *Service) Observe(c *wire.Call) {
	if c.Service != "dynamodb" || c.Operation == "" {
		return
	}
	table := c.Text("TableName")
	both := []host.Dimension{{Name: "Operation", Value: c.Operation}}
	var tableOnly []host.Dimension
	if table != "" {
		tableOnly = []host.Dimension{{Name: "TableName", Value: nameOf(&table)}}
		both = append(both, tableOnly...)
	}
	count := func(name string, dimensions []host.Dimension) {
		s.host.Measure(host.Datum{Namespace: namespace, Name: name, Unit: "Count", Value: 1, Dimensions: dimensions})
	}
	switch {
	case c.ErrorCode == "" && c.Status == http.StatusOK:
		s.host.Measure(host.Datum{
			Namespace: namespace, Name: "SuccessfulRequestLatency", Unit: "Milliseconds", Dimensions: both,
			Value: float64(c.Duration) / float64(time.Millisecond),
		})
	case isThrottle(c.ErrorCode):
		count("ThrottledRequests", both)
		count(throttleEvents(c.Operation), tableOnly)
	case c.ErrorCode == "TransactionConflictException":
		count("TransactionConflict", tableOnly)
	case c.Status >= http.StatusInternalServerError:
		count("SystemErrors", both)
	case c.ErrorCode != "" && c.ErrorCode != "ConditionalCheckFailedException":
		count("UserErrors", nil)
	}
}

func isThrottle(code string) bool {
	switch code {
	case "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded":
		return true
	}
	return false
}

// throttleEvents is the metric of throttled reads or writes.
func throttleEvents(operation string) string {
	for _, reading := range []string{"Get", "Query", "Scan"} {
		if strings.Contains(operation, reading) {
			return "ReadThrottleEvents"
		}
	}
	return "WriteThrottleEvents"
}
