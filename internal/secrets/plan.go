package secrets

import (
	"slices"
	"unsafe"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Change gives one key a value, or takes it away.
type Change struct {
	Key   platform.SecretKey
	Value Value
	Unset bool
}

// Plan is what one write would change of a secret.
type Plan struct {
	Base Snapshot
	// Differences are the keys that get another value; a plan without any writes
	// nothing.
	Differences []Difference

	next Value
	// prepared is the version that Prepare has put; empty before.
	prepared string
}

// Difference is one key that a plan changes. Name is set for keys that are not
// keyvex's, too.
type Difference struct {
	Name          string
	Before, After Mask
}

// Mask is what may be shown of a value.
type Mask struct {
	// Set is false for a key that has no value; the rest is then empty.
	Set         bool
	Fingerprint string
	// Length is in characters.
	Length int
	// Last is the value's end, for provider keys long enough that it gives nothing away.
	Last string
}

// Lengths of what is shown of a provider key, in bytes, and of keys short enough that
// nothing is.
const (
	shownEnd    = 4
	tooShortFor = 20
)

// MaskOf is what may be shown of a key's value.
func MaskOf(key platform.SecretKey, value Value) Mask {
	m := Mask{Set: true, Fingerprint: value.Fingerprint(), Length: value.Len()}
	if b := value.Bytes(); key.Kind == platform.ProviderKey && len(b) >= tooShortFor && Check(key, value) == nil {
		m.Last = string(b[len(b)-shownEnd:])
	}
	return m
}

// Check says why a value cannot be the key's; see [platform.SecretKey.Validate].
func Check(key platform.SecretKey, value Value) error {
	b := value.Bytes()
	return key.Validate(unsafe.String(unsafe.SliceData(b), len(b))) // a copy could not be wiped
}

// Plan applies changes to the snapshot. A value of a wrong form is a usage problem; a
// secret that must not be written a refusal.
func (s Snapshot) Plan(changes ...Change) (Plan, error) {
	p := Plan{Base: s}
	if s.refusal != nil {
		return p, s.refusal
	}
	document := slices.Clone(s.document.Bytes())
	if s.Version == "" {
		document = []byte("{}")
	}
	for _, change := range changes {
		edited, err := change.apply(document)
		clear(document)
		if err != nil {
			return p, problem.New(problem.Refused, "%s: %s, nothing was written", s.Name, err).
				WithHint("keyvex secrets history %s shows its versions, keyvex secrets rollback %s goes back one", s.Secret, s.Secret)
		}
		document = edited
	}
	p.next = NewValue(document)
	p.Differences = differences(s.document.Bytes(), document, s.Secret)
	if len(document) > maxDocument {
		return p, problem.New(problem.Refused, "%s would have %d bytes, AWS takes %d", s.Name, len(document), maxDocument).
			WithHint("keep large values elsewhere, in S3 for example")
	}
	return p, nil
}

// maxDocument is the largest SecretString, in bytes (Secrets Manager quotas).
const maxDocument = 65536

// apply edits the document; a key that has the value already leaves it as it is.
func (c Change) apply(document []byte) ([]byte, error) {
	if c.Unset {
		out, _, err := unset(document, c.Key.Name)
		return out, err
	}
	has := Snapshot{document: NewValue(document)}.texts()
	defer wipeAll(has)
	if t := has[c.Key.Name]; t.isString && t.value.Equal(c.Value) {
		return slices.Clone(document), nil
	}
	return set(document, c.Key.Name, c.Value.Bytes())
}

// Wipe overwrites what the plan would write, and what it was made from.
func (p Plan) Wipe() {
	p.next.Wipe()
	p.Base.Wipe()
}

// differences lists the keys whose values differ between two documents, those of
// keyvex first and in its order.
func differences(before, after []byte, secret platform.Secret) []Difference {
	old, now := Snapshot{document: NewValue(before)}.texts(), Snapshot{document: NewValue(after)}.texts()
	defer wipeAll(old)
	defer wipeAll(now)
	var out []Difference
	for _, key := range namesOf(secret, old, now) {
		d := Difference{Name: key.Name, Before: maskIn(old, key), After: maskIn(now, key)}
		if d.Before != d.After {
			out = append(out, d)
		}
	}
	return out
}

func maskIn(texts map[string]text, key platform.SecretKey) Mask {
	t, ok := texts[key.Name]
	if !ok || t.isNull {
		return Mask{}
	}
	return MaskOf(key, t.value)
}

// namesOf lists the secret's keys and then, sorted, the other keys of the documents.
func namesOf(secret platform.Secret, documents ...map[string]text) []platform.SecretKey {
	keys := secret.Keys()
	var foreign []string
	for _, texts := range documents {
		for name := range texts {
			known := slices.ContainsFunc(keys, func(k platform.SecretKey) bool { return k.Name == name })
			if !known && !slices.Contains(foreign, name) {
				foreign = append(foreign, name)
			}
		}
	}
	slices.Sort(foreign)
	for _, name := range foreign {
		keys = append(keys, platform.SecretKey{Secret: secret, Name: name, Kind: platform.Setting})
	}
	return keys
}
