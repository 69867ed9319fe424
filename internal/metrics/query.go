package metrics

// query is how CloudWatch is asked for a metric.
type query struct {
	namespace, name, stat string
	// dimensions are name, value, name, value.
	dimensions []string
}
