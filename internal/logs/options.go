package logs

import (
	"io"
	"math/rand/v2"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Options say what to follow.
type Options struct {
	Groups []Group
	// From and To bound the lines' times; a zero To is no bound.
	From, To time.Time
	// Pattern is a filter pattern of CloudWatch Logs, empty for all lines.
	Pattern string
	// Follow goes on once all is read that there is.
	Follow bool
	// Resume goes on from a cursor; From is then for the groups that it lacks.
	Resume *Cursor
	// Live gets new lines by Live Tail. It needs the account and the region.
	Live            bool
	Account, Region string
	// Budget is what all reading of the account's logs shares; nil for an endpoint that
	// is not AWS and has no quota.
	Budget *Budget

	Clock clock.Clock
	// Random spreads the tries after a failure.
	Random io.Reader
}

// How lines are waited for.
const (
	// Window is how late a line may come to light, by its own time, and still be
	// shown: its part of a group is read again until then.
	Window = 3 * time.Minute
	// overlap is read again by each poll between two sweeps of the whole window.
	overlap = 5 * time.Second
	// cheap is up to how many lines the whole window is read by every poll.
	cheap = 1000
	// sweepEvery is between two sweeps that take more than a page.
	sweepEvery = 30 * time.Second
	// hold is how long a line waits for earlier ones to come to light. Then all groups
	// are looked at once more, which it waits for up to mostHold.
	hold, mostHold = 500 * time.Millisecond, 2 * time.Second
	// patience is how long a group that cannot be read holds up the others.
	patience = 5 * time.Second
	// gapAfter is from what silence on a follower must have slept.
	gapAfter = 30 * time.Second
)

// The time between two polls of a group: the first while lines come, then more by
// half each time up to the last.
const (
	pollFast = 300 * time.Millisecond
	pollSlow = 1500 * time.Millisecond
	// pollMissing is for a group that is not there yet.
	pollMissing = 5 * time.Second
	// pollLive is for the reading beside Live Tail.
	pollLive = time.Minute
)

// What is held in memory at most, for each group.
const (
	// maxRemembered bounds the ids of lines that were shown.
	maxRemembered = 400_000
	// maxHeld bounds the lines that wait for those of other groups.
	maxHeld = 10_000
)

// The time between two tries after failures: drawn between half and the whole of a
// span that doubles.
const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 15 * time.Second
)

// backoff is how long to wait after so many failures in a row.
func backoff(failures int, random *rand.Rand) time.Duration {
	span := min(firstRetry<<min(failures-1, 10), lastRetry)
	return span/2 + time.Duration(random.Int64N(int64(span/2)+1))
}

// randomness is drawn from a reader, so that tests can repeat it.
func randomness(r io.Reader) *rand.Rand {
	var seed [32]byte
	_, _ = io.ReadFull(r, seed[:]) // a short read leaves zeros, which spread as well
	return rand.New(rand.NewChaCha8(seed))
}
