package drive

import (
	"context"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// Production is what a page of the environment production is lent, at a time of the
// test's choice. Make it inside the bubble; it ends with the test.
func Production(t *testing.T, now time.Time) *page.Host {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return &page.Host{
		Context: ctx, Clock: At(now), Zone: time.UTC, Focused: true, Style: style.New(present.Look{}),
		Where: present.Where{Environment: "production", Tier: platform.Production},
	}
}

// Service answers as a test wants it: late, or not at all.
type Service struct {
	// Refuse is what it answers; nil lets it answer well.
	Refuse error
	Slow   time.Duration
}

// Answer waits, and gives what it answers.
func (s *Service) Answer(ctx context.Context) error {
	if s.Slow > 0 {
		if err := clock.Sleep(ctx, clock.Wall{}, s.Slow); err != nil {
			return err
		}
	}
	return s.Refuse
}
