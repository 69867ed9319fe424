package secrets

import "github.com/keyvex/keyvex/internal/platform"

// Comparison is one key in two environments.
type Comparison struct {
	Secret   platform.Secret
	Name     string
	From, To Mask
}

// Same reports whether both have the same value, or both none.
func (c Comparison) Same() bool { return c.From == c.To }

// Compare lays two snapshots of one secret side by side, by fingerprint.
func Compare(from, to Snapshot) []Comparison {
	a, b := from.texts(), to.texts()
	defer wipeAll(a)
	defer wipeAll(b)
	var out []Comparison
	for _, key := range namesOf(from.Secret, a, b) {
		out = append(out, Comparison{from.Secret, key.Name, maskIn(a, key), maskIn(b, key)})
	}
	return out
}
