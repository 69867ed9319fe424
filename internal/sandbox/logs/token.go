package logs

import (
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"math/bits"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// AWS's event ids and tokens are numbers of 56 digits, whose upper part is the
// timestamp. The lower part of ours is the event's number, and in ids the log
// group's mark between the two.
const timestampShift = 144

// digits is how many an id or a token has; partDigits of them fit a word, whose
// values stay below part.
const (
	digits     = 56
	partDigits = 19
	part       = 1e19
)

// mark is a number below 2^80: its upper 16 bits and the lower 64.
type mark struct{ high, low uint64 }

// number writes a position, and in between a mark. It does without math/big, which
// would take a third of the time of a page of events.
func number(p events.Position, m mark) string {
	words := [3]uint64{uint64(max(0, p.Timestamp))<<16 | m.high, m.low, p.Seq}
	var text [digits]byte
	for end := digits; end > 0; end -= partDigits {
		rest := uint64(0)
		for i := range words {
			words[i], rest = bits.Div64(rest, words[i], part)
		}
		for i := end - 1; i >= max(0, end-partDigits); i-- {
			text[i] = '0' + byte(rest%10)
			rest /= 10
		}
	}
	return string(text[:])
}

// mark tells the ids of a log group's events from others'.
func (g group) mark() mark {
	sum := sha256.Sum256([]byte(folderOf(g)))
	return mark{uint64(binary.BigEndian.Uint16(sum[:2])), binary.BigEndian.Uint64(sum[2:10])}
}

// token is the page token that goes on after a position, forward or backward.
func token(p events.Position, backward bool) *string {
	direction := "f/"
	if backward {
		direction = "b/"
	}
	return new(direction + number(p, mark{}) + "/s")
}

// parseToken reads what token wrote.
func parseToken(text string) (p events.Position, backward bool, err error) {
	text, ok := strings.CutSuffix(text, "/s")
	direction, decimal, slash := strings.Cut(text, "/")
	n, isNumber := new(big.Int).SetString(decimal, 10)
	if !ok || !slash || !isNumber || n.Sign() < 0 || direction != "f" && direction != "b" {
		return p, false, invalid("The specified nextToken is invalid.")
	}
	p.Timestamp = new(big.Int).Rsh(n, timestampShift).Int64()
	p.Seq = new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0))).Uint64()
	return p, direction == "b", nil
}
