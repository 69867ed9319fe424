package cli

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

// leak is how a value that leaked is replaced.
type leak struct {
	leaked bool
	wait   time.Duration
}

// usualWait is twice as long as a function may hold a value.
const usualWait = 2 * secrets.Held

func bindLeak(cmd *cobra.Command, l *leak) {
	cmd.Flags().BoolVar(&l.leaked, "leaked", false, "let no rollback bring it back, await the functions")
	cmd.Flags().DurationVar(&l.wait, "wait", usualWait, "how `long` --leaked waits at most")
}

func (l leak) check() error {
	if l.wait < secrets.Held {
		return problem.New(problem.Usage, "a function may hold a value for %s, which is longer than --wait", secrets.Held).WithHint("--wait %s, or longer", usualWait)
	}
	return nil
}

// writtenTarget is a target with what its write left.
type writtenTarget struct {
	target
	written secrets.Written
}

// functions are those that read one of the keys.
func (t target) functions() []platform.Function {
	var out []platform.Function
	for _, c := range t.changes {
		for _, f := range c.Key.Functions {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// awaitFunctions waits until the functions of every environment use the new values, as
// their logs tell, and says what keyvex cannot reach.
func (s *saving) awaitFunctions(ctx context.Context) error {
	begun := s.clock.Now()
	late := false
	for _, t := range s.done {
		if len(t.functions()) == 0 {
			s.tell("%s: no function reads %s", t.at.choice.Environment, t.keys()[0])
			continue
		}
		s.tell("%s: waiting until its functions use version %s; a minute at least, since one may hold the old value for so long, and %s at most",
			t.at.choice.Environment, present.ShortVersion(t.written.Version), s.wait)
		stale, err := s.await(ctx, t, begun)
		if err != nil {
			return err
		}
		late = late || stale
	}
	s.tellOutside()
	if late {
		return problem.New(problem.LeftRunning, "the new value is written, but a function still used the old one more than a minute later").
			WithHint("a job that began before ends with the old value; keyvex logs tail shows what it is")
	}
	return nil
}

// await reports each step of one environment's functions. stale tells that one used the
// old value when it should not have held it any more.
func (s *saving) await(ctx context.Context, t writtenTarget, begun time.Time) (stale bool, err error) {
	turnover := secrets.Turnover{Vault: t.vault, Logs: t.at.session.Logs(), Functions: t.functions(), Written: t.written}
	latest := map[platform.Function]secrets.Adoption{}
	for adoption := range turnover.Watch(ctx, begun, s.wait) {
		latest[adoption.Function] = adoption
		if !s.flags.json {
			s.tell("%s", present.AdoptionWords(t.at.choice.Environment.Name, adoption))
		}
	}
	if ctx.Err() != nil {
		return false, problem.New(problem.LeftRunning, "the new value is written; functions may use the old one for up to a minute").
			WithHint("nothing is left to do here; revoke the old key at its provider").WithCause(ctx.Err())
	}
	for _, f := range turnover.Functions {
		adoption := latest[f]
		s.adoptions = append(s.adoptions, present.Adoption(t.at.choice.Environment.Name, t.secret, adoption))
		stale = stale || adoption.State == secrets.Holding && adoption.At.After(t.written.Created.Add(secrets.Held))
	}
	return stale, nil
}

// tellOutside says where the old value may still be.
func (s *saving) tellOutside() {
	var application, provider bool
	for _, t := range s.done {
		for _, c := range t.changes {
			application = application || c.Key.Application
			provider = provider || c.Key.Kind == platform.ProviderKey
		}
	}
	if application {
		s.tell("keyvex cannot reach the application's own copies (.env files, Vercel's variables): replace them there")
	}
	if provider {
		s.tell("keyvex cannot revoke the old key: do that at its provider")
	}
}
