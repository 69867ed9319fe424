package queues_test

import (
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

func TestWhatAMessageDiedOfIsNotThatItWasRefusedBefore(t *testing.T) {
	for _, test := range []struct {
		errors []string
		want   string
	}{
		{nil, ""},
		{[]string{"timed out after 900 s", "openai 401"}, "openai 401"},
		{[]string{"openai 401", platform.RefusedBefore, platform.RefusedBefore}, "openai 401"},
		{[]string{platform.RefusedBefore, ""}, platform.RefusedBefore},
		{[]string{"", ""}, ""},
	} {
		a := &queues.Autopsy{}
		for _, text := range test.errors {
			a.Tries = append(a.Tries, queues.Try{Error: text, Time: time.Unix(int64(len(a.Tries)), 0)})
		}
		if got := a.Error(); got != test.want {
			t.Errorf("%q died of %q, want %q", test.errors, got, test.want)
		}
	}
}
