package drive

import (
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// Clock is the bubble's, moved so that a test begins at a time of its choice. Make it
// inside the bubble.
type Clock struct {
	clock.Wall
	ahead time.Duration
}

// At is a clock that shows t now.
func At(t time.Time) Clock { return Clock{ahead: t.Sub(clock.Wall{}.Now())} }

// Now is the current time.
func (c Clock) Now() time.Time { return c.Wall.Now().Add(c.ahead) }
