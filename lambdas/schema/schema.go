// Package schema holds the JSON Schemas (draft-04) of the messages that enter the
// queues. The REST API checks request bodies against them, and the functions
// decode the same messages, so each shape is said once.
//
// Every message carries a version. A change that an older reader could not bear
// gets the next version.
package schema

import (
	_ "embed"

	"github.com/keyvex/keyvex/internal/platform"
)

var (
	//go:embed job.json
	job []byte
	//go:embed event.json
	event []byte
	//go:embed lead.json
	lead []byte
)

// Version is the version of the messages that today's schemas describe.
const Version = 1

// Of gives the JSON Schema of the messages of a queue.
func Of(q platform.Queue) []byte {
	return map[platform.Queue][]byte{
		platform.AIProcessing: job, platform.Analytics: event, platform.Email: lead,
	}[q]
}
