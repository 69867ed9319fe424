package metrics

import (
	"fmt"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// Error lines are not what the finding counts: of four dead letters there may be seven.
func TestTheErrorsOfACauseAreCountedAsErrors(t *testing.T) {
	two := ErrorGroup{Fingerprint: platform.HandedBack + ": anthropic: overloaded", Function: platform.AIProcessor, Count: 2}
	five := ErrorGroup{Fingerprint: platform.HandedBack + ": openai: 401", Function: platform.AIProcessor, Count: 5}
	for _, c := range []struct {
		groups []ErrorGroup
		want   string
	}{{[]ErrorGroup{two}, `[all "anthropic: overloaded"]`}, {[]ErrorGroup{two, five}, `[5 of 7 errors "openai: 401"]`}, {nil, `[]`}} {
		if got := fmt.Sprint(said(c.groups, platform.AIProcessor, MatterDead)); got != c.want {
			t.Errorf("%s, not %s", got, c.want)
		}
	}
}
