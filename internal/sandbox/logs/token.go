package logs

import (
	"crypto/sha256"
	"math/big"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// AWS's event ids and tokens are numbers of 56 digits, whose upper part is the
// timestamp. The lower part of ours is the event's number, and in ids the log
// group's mark between the two.
const (
	timestampShift = 144
	markShift      = 64
)

// digits is how many an id or a token has.
const digits = 56

// number writes a position, and in between a mark below 2^80.
func number(p events.Position, mark *big.Int) string {
	n := big.NewInt(max(0, p.Timestamp))
	n.Lsh(n, timestampShift)
	if mark != nil {
		n.Or(n, mark)
	}
	n.Or(n, new(big.Int).SetUint64(p.Seq))
	var room [2 * digits]byte
	text := n.Append(append(room[:0], zeros...), 10)
	return string(text[len(text)-digits:])
}

// zeros fill a number up.
const zeros = "00000000000000000000000000000000000000000000000000000000"

// mark tells the ids of a log group's events from others'.
func (g group) mark() *big.Int {
	sum := sha256.Sum256([]byte(folderOf(g)))
	return new(big.Int).Lsh(new(big.Int).SetBytes(sum[:10]), markShift)
}

// token is the page token that goes on after a position, forward or backward.
func token(p events.Position, backward bool) *string {
	direction := "f/"
	if backward {
		direction = "b/"
	}
	return new(direction + number(p, nil) + "/s")
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
