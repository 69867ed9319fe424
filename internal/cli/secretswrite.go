package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

// saving is a set of changes on its way into one or more environments.
type saving struct {
	*app
	leak
	// done are the targets that are written, rows what is said of them.
	done      []writtenTarget
	rows      []present.SecretWrittenRow
	adoptions []present.AdoptionRow
}

// target is one secret of one environment with what is to change of it.
type target struct {
	at      ground
	vault   *secrets.Vault
	secret  platform.Secret
	changes []secrets.Change
	plan    secrets.Plan
	// resumes is set when a rotation of Redis's token was begun and not ended.
	resumes bool
}

func (t target) keys() []string {
	var out []string
	for _, c := range t.changes {
		out = append(out, c.Key.Path())
	}
	return out
}

// rotates reports whether the token of Redis is among the changes, which has to change
// in ElastiCache, too.
func (t target) rotates() bool {
	return isRedisToken(t.changes) && (t.resumes || len(t.plan.Differences) > 0)
}

// isRedisToken reports whether the token is all that is to change.
func isRedisToken(changes []secrets.Change) bool {
	return len(changes) == 1 && changes[0].Key.Path() == redisTokenPath
}

// plan reads the secret and says what would change. The token of Redis can only change
// by itself: it has steps of its own.
func (s *saving) plan(ctx context.Context, at ground, secret platform.Secret, changes []secrets.Change) (target, error) {
	t := target{at: at, vault: s.vault(at), secret: secret, changes: changes}
	if isRedisToken(changes) && !changes[0].Unset {
		if err := s.resume(ctx, &t); err != nil {
			return t, err
		}
	}
	snapshot, err := t.vault.Read(ctx, secret)
	if err != nil {
		return t, err
	}
	if t.plan, err = snapshot.Plan(changes...); err != nil {
		return t, err
	}
	for _, d := range t.plan.Differences {
		if secret == platform.DatabaseSecret && d.Name == platform.RedisAuthTokenKey && !t.rotates() {
			return t, problem.New(problem.Refused, "%s.%s has to change in Redis, too, nothing was written", secret, d.Name).
				WithHint("keyvex secrets set %s.%s -e %s does both", secret, d.Name, at.choice.Environment)
		}
	}
	return t, nil
}

// resume takes the token of a rotation that was begun and not ended.
func (s *saving) resume(ctx context.Context, t *target) error {
	token, found, err := s.pendingToken(ctx, t.at)
	if found {
		s.tell("%s: a rotation that was begun goes on, with its own token", t.at.choice.Environment)
		t.resumes, t.changes = true, []secrets.Change{{Key: t.changes[0].Key, Value: token}}
	}
	return err
}

func (a *app) pendingToken(ctx context.Context, at ground) (secrets.Value, bool, error) {
	return secrets.Rotation{Vault: a.vault(at)}.Pending(ctx)
}

// save shows what changes, has it confirmed once, prepares all targets and then writes
// one after the other. It stops at the first that fails and says which are written.
func (s *saving) save(ctx context.Context, targets []target) error {
	s.show(targets)
	if changing(targets) > 0 || s.leaked {
		if err := s.confirm(ctx, s.question(targets)); err != nil {
			return err
		}
	}
	for i := range targets {
		if err := targets[i].prepare(ctx); err != nil {
			s.tellRest(targets)
			return err
		}
	}
	for i := range targets {
		if err := s.write(ctx, &targets[i]); err != nil {
			s.tellRest(targets)
			return err
		}
	}
	var failure error
	if s.leaked {
		failure = s.awaitFunctions(ctx)
	}
	if s.flags.json {
		doc := present.SecretsWrittenDocument{Written: append([]present.SecretWrittenRow{}, s.rows...), Functions: s.adoptions}
		return errors.Join(failure, s.document(doc))
	}
	return failure
}

func (t *target) prepare(ctx context.Context) error {
	if t.rotates() { // in steps of its own
		return nil
	}
	return t.vault.Prepare(ctx, &t.plan)
}

func changing(targets []target) (n int) {
	for _, t := range targets {
		n += len(t.plan.Differences)
		if n == 0 && t.resumes {
			n = 1
		}
	}
	return n
}

func (s *saving) question(targets []target) string {
	var names []string
	for _, t := range targets {
		if name := t.at.choice.Environment.Name; len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	question := "write " + present.Count(changing(targets), "value") + " to " + strings.Join(names, ", ")
	if s.leaked {
		question += ", and let no rollback bring the old back"
	}
	return question + "?"
}

// show is the screen before the confirmation.
func (s *saving) show(targets []target) {
	if s.flags.json {
		return
	}
	look := s.errLook()
	about := present.Where{}
	for _, t := range targets {
		if place := t.at.place(); place != about {
			about = place
			fmt.Fprintln(s.err, look.PlaceLine(place))
		}
		if len(t.plan.Differences) == 0 && !t.resumes {
			fmt.Fprintln(s.err, "  "+look.Middle(strings.Join(t.keys(), ", ")+" as it is", look.Width-2))
		}
		for _, line := range look.SecretChangeLines(t.secret, t.plan.Differences) {
			fmt.Fprintln(s.err, line)
		}
		if t.rotates() {
			fmt.Fprintln(s.err, "  Redis takes both tokens until the functions have the new one")
		}
	}
}

// write writes one target. After a conflict the operator sees what changed and goes on
// from there, or not.
func (s *saving) write(ctx context.Context, t *target) error {
	defer func() { t.plan.Wipe() }()
	written, err := s.writeOnce(ctx, t)
	for conflict := (*secrets.Conflict)(nil); errors.As(err, &conflict) && s.canAsk(); {
		s.tell("%s", err)
		again, planErr := s.plan(ctx, t.at, t.secret, t.changes)
		if planErr != nil {
			return planErr
		}
		t.plan.Wipe()
		*t = again
		s.show([]target{*t})
		if err := s.app.confirm(ctx, "write on top of that?"); err != nil {
			return err
		}
		written, err = s.writeOnce(ctx, t)
	}
	if err != nil {
		return err
	}
	return s.finish(ctx, t, written)
}

func (s *saving) writeOnce(ctx context.Context, t *target) (secrets.Written, error) {
	if !t.rotates() {
		return t.vault.Write(ctx, t.plan)
	}
	return s.rotation(t).Rotate(ctx, t.changes[0].Value)
}

func (s *saving) rotation(t *target) secrets.Rotation {
	return secrets.Rotation{Vault: t.vault, Cache: t.at.session.ElastiCache(), Begin: func(step secrets.Step) {
		if !s.flags.json {
			s.tell("%s", step)
		}
	}}
}

// finish forgets what leaked, and reports.
func (s *saving) finish(ctx context.Context, t *target, written secrets.Written) error {
	s.done = append(s.done, writtenTarget{*t, written})
	row := present.SecretWrittenRow{
		Where: t.at.place(), Secret: t.secret, Keys: t.keys(), Changed: written.Changed, Version: written.Version, Previous: written.Previous,
	}
	if s.leaked && written.Previous != "" {
		if err := t.vault.Forget(context.WithoutCancel(ctx), t.secret, written.Previous); err != nil {
			s.tell("%s has the new value, but a rollback could still bring the old one back", row.Environment)
			return err
		}
		row.Forgotten = true
	}
	s.rows = append(s.rows, row)
	if !s.flags.json {
		s.print(s.outLook().SecretWrittenLine(row))
	}
	return nil
}

// tellRest says what was written before a failure, and what was not.
func (s *saving) tellRest(targets []target) {
	var names []string
	for _, t := range targets {
		names = append(names, t.at.choice.Environment.Name+" "+string(t.secret))
	}
	if written := len(s.done); len(names) > 1 {
		s.tell("written: %s; not written: %s", orNone(names[:written]), orNone(names[written:]))
		s.tell("the same command goes on: what has the value already is left as it is")
	}
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
