package secrets

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// KeyStatus is one key as it stands.
type KeyStatus struct {
	Key    platform.SecretKey
	State  State
	Reason string
	Mask   Mask
	// Version is the secret's current version, and Changed when it was written; empty
	// while the secret has no value.
	Version string
	Changed time.Time
	Used    Usage
}

// Lacking reports whether somebody has to give the key a value.
func (k KeyStatus) Lacking() bool { return k.State != Set && !(k.State == Unset && k.Key.Optional) }

// List reads the three secrets and judges every key of theirs. With logs it finds out
// when the functions last used the versions; without, that stays unknown.
func (v *Vault) List(ctx context.Context, logs Logs) ([]KeyStatus, error) {
	var out []KeyStatus
	for _, secret := range platform.Secrets {
		s, err := v.Read(ctx, secret)
		if err != nil {
			return nil, err
		}
		used := v.usage(ctx, logs, s)
		texts := s.texts()
		for _, key := range secret.Keys() {
			t, found := texts[key.Name]
			status := KeyStatus{Key: key, Mask: maskIn(texts, key), Version: s.Version, Changed: s.Created}
			status.State, status.Reason = stateOf(key, t, found)
			if status.State == Unset {
				status.Mask = Mask{}
			}
			status.Used = used.of(key)
			out = append(out, status)
		}
		s.Wipe()
		wipeAll(texts)
	}
	return out, nil
}

func wipeAll(texts map[string]text) {
	for _, t := range texts {
		t.value.Wipe()
	}
}
