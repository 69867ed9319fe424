package queues

import (
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Name is a queue's short name: a source queue or its dead-letter queue.
type Name struct {
	Queue platform.Queue
	Dead  bool
}

// Names lists all of them, each source before its dead-letter queue.
func Names() []Name {
	var out []Name
	for _, queue := range platform.Queues {
		out = append(out, Name{queue, false}, Name{queue, true})
	}
	return out
}

// FindName finds a queue by its short name, in any case of letters.
func FindName(name string) (Name, error) {
	var all []string
	for _, n := range Names() {
		if strings.EqualFold(n.String(), name) {
			return n, nil
		}
		all = append(all, n.String())
	}
	return Name{}, problem.New(problem.Usage, "there is no queue %q", name).WithHint("the queues are %s", strings.Join(all, ", "))
}

// String is the short name, "email" or "email-dlq".
func (n Name) String() string {
	if n.Dead {
		return n.Queue.DeadLetter()
	}
	return string(n.Queue)
}

// Source is the source queue of the pair, DeadLetter its dead-letter queue.
func (n Name) Source() Name { return Name{n.Queue, false} }

// DeadLetter is the pair's dead-letter queue.
func (n Name) DeadLetter() Name { return Name{n.Queue, true} }

// physical is the queue's name in AWS.
func (n Name) physical(env platform.Environment) string {
	if n.Dead {
		return env.DeadLetterQueueName(n.Queue)
	}
	return env.QueueName(n.Queue)
}
