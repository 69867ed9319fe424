package says_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/lambdas/says"
)

func TestErrorsAloneNameTheBuild(t *testing.T) {
	var out bytes.Buffer
	log := says.New(&out, "0123456789abcdef").With("messageId", "m")
	log.Info("message received")
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
	if len(builds) != 3 || builds[0] != nil || builds[1] != "01234567" || builds[2] != nil {
		t.Errorf("%q in\n%s", builds, &out)
	}
}
