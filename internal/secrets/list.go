package secrets

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// KeyStatus is one key as it stands.
type KeyStatus struct {
	Key    platform.SecretKey
	State  State
	Reason string
	Mask   Mask
	// Version is the secret's current version, empty while the secret has no value.
	Version string
	// Changed is when the key got its value; with ChangedBefore it was then or earlier.
	Changed       time.Time
	ChangedBefore bool
	Used          Usage
}

// Lacking reports whether somebody has to give the key a value.
func (k KeyStatus) Lacking() bool { return k.State != Set && !(k.State == Unset && k.Key.Optional) }

// Detail is what List finds out beyond the current versions.
type Detail struct {
	// Logs tell when the functions last used the versions; nil leaves that unknown.
	Logs Logs
	// Versions has earlier versions read, to tell when each key changed; without, only
	// the current version's age is known.
	Versions bool
}

// List reads the three secrets and judges every key of theirs.
func (v *Vault) List(ctx context.Context, detail Detail) ([]KeyStatus, error) {
	found := make([][]KeyStatus, len(platform.Secrets))
	failures := make([]error, len(platform.Secrets))
	var all sync.WaitGroup
	for i, secret := range platform.Secrets {
		all.Go(func() { found[i], failures[i] = v.list(ctx, secret, detail) })
	}
	all.Wait()
	var out []KeyStatus
	for _, keys := range found {
		out = append(out, keys...)
	}
	return out, errors.Join(failures...)
}

func (v *Vault) list(ctx context.Context, secret platform.Secret, detail Detail) (out []KeyStatus, err error) {
	s, err := v.Read(ctx, secret)
	if err != nil {
		return nil, err
	}
	defer s.Wipe()
	texts := s.texts()
	defer wipeAll(texts)
	used, changed := v.usage(ctx, detail.Logs, s), v.changes(ctx, detail.Versions, s)
	for _, key := range secret.Keys() {
		t, found := texts[key.Name]
		status := KeyStatus{Key: key, Mask: maskIn(texts, key), Version: s.Version, Used: used.of(key)}
		status.State, status.Reason = stateOf(key, t, found)
		if status.State == Unset {
			status.Mask = Mask{}
		} else {
			status.Changed, status.ChangedBefore = changed[key.Name].at, changed[key.Name].before
		}
		out = append(out, status)
	}
	return out, nil
}

func wipeAll(texts map[string]text) {
	for _, t := range texts {
		t.value.Wipe()
	}
}
