package logs

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

func TestIDsAreTheNumbersThatBigArithmeticGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := events.Position{Timestamp: rapid.Int64Range(0, 1<<42).Draw(t, "timestamp"), Seq: rapid.Uint64().Draw(t, "seq")}
		m := mark{uint64(rapid.Uint16().Draw(t, "high")), rapid.Uint64().Draw(t, "low")}
		want := new(big.Int)
		for _, word := range []uint64{uint64(p.Timestamp)<<16 | m.high, m.low, p.Seq} {
			want.Or(want.Lsh(want, 64), new(big.Int).SetUint64(word))
		}
		if got := number(p, m); got != fmt.Sprintf("%056s", want) {
			t.Fatalf("%s, not %056s", got, want)
		}
		if back, backward, err := parseToken(*token(p, true)); err != nil || !backward || back != p {
			t.Fatalf("%v became %v, %v", p, back, err)
		}
	})
}
