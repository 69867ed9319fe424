package queues

import (
	"github.com/keyvex/keyvex/internal/queues/draft4"
	"github.com/keyvex/keyvex/lambdas/schema"
)

// Validate says what is wrong with a body by the schema of its queue's messages; none
// if it is valid.
func Validate(name Name, body string) []string {
	faults, err := draft4.Check([]byte(body), schema.Of(name.Queue))
	if err != nil {
		return []string{"the schema cannot be read: " + err.Error()}
	}
	return faults
}
