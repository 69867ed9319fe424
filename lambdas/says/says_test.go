package says_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/lambdas/says"
)

func TestErrorsAndWhatBeginsATryNameTheBuild(t *testing.T) {
	var out bytes.Buffer
	log := says.New(&out, "0123456789abcdef").With("messageId", "m")
	log.Info("message received")
	log.Info("message done")
	log.Error("message handed back")
	says.New(&out, "").Error("no build is known")
	var builds []any
	for line := range strings.Lines(out.String()) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatal(err)
		}
		builds = append(builds, fields["build"])
	}
	if fmt.Sprint(builds) != "[01234567 <nil> 01234567 <nil>]" {
		t.Errorf("%q in\n%s", builds, &out)
	}
}
