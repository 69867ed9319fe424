package queues_test

import (
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/queues"
)

func TestASampleHasWhatASchemaRequiresAndIsNoMessageYet(t *testing.T) {
	for _, name := range queues.Names() {
		faults := queues.Validate(name, queues.Sample(name))
		for _, fault := range faults {
			if strings.Contains(fault, "missing") || strings.Contains(fault, "not known") || strings.Contains(fault, "got ") && !strings.Contains(fault, "Length") {
				t.Errorf("%s: %s", name, fault)
			}
		}
		if len(faults) == 0 {
			t.Errorf("%s: what was not filled in would be sent", name)
		}
	}
}
