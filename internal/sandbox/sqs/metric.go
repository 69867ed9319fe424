package sqs

import "github.com/keyvex/keyvex/internal/sandbox/host"

// measure publishes a metric of a queue (Available CloudWatch metrics for Amazon
// SQS).
func (s *Service) measure(queue, name string, value float64, unit string) {
	s.host.Measure(datum(queue, name, value, unit))
}

func datum(queue, name string, value float64, unit string) host.Datum {
	return host.Datum{Namespace: "AWS/SQS", Name: name, Dimensions: []host.Dimension{{Name: "QueueName", Value: queue}}, Value: value, Unit: unit}
}

// hidden is the number of receives after which a message is no longer the oldest:
// SQS takes it for a poison pill.
const hidden = 3

// Gauges are the metrics that SQS samples once a minute, of all queues.
func (s *Service) Gauges() []host.Datum {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.host.Clock.Now()
	var out []host.Datum
	for name, q := range s.queues.All() {
		b := s.backlog(q)
		oldest := now
		for _, m := range b.byID {
			if m.Here <= hidden && m.Arrived.Before(oldest) {
				oldest = m.Arrived
			}
		}
		out = append(out,
			datum(name, "ApproximateNumberOfMessagesVisible", float64(b.visible()), "Count"),
			datum(name, "ApproximateNumberOfMessagesNotVisible", float64(b.flying.Len()), "Count"),
			datum(name, "ApproximateNumberOfMessagesDelayed", float64(b.delayed.Len()), "Count"),
			datum(name, "ApproximateAgeOfOldestMessage", float64(int(now.Sub(oldest).Seconds())), "Seconds"))
	}
	return out
}
