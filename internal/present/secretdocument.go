package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/secrets"
)

// SecretsDocument is the document of keyvex secrets list. No field holds a value.
type SecretsDocument struct {
	Where
	Keys []SecretRow `json:"keys"`
}

// SecretRow is one key in a document.
type SecretRow struct {
	Key         string                 `json:"key"`
	Kind        platform.SecretKeyKind `json:"kind"`
	State       secrets.State          `json:"state"`
	Reason      string                 `json:"reason,omitempty"`
	Optional    bool                   `json:"optional"`
	Format      string                 `json:"format"`
	NeededBy    []string               `json:"neededBy"`
	Fingerprint string                 `json:"fingerprint,omitempty"`
	Length      int                    `json:"length,omitempty"`
	Version     string                 `json:"version,omitempty"`
	Changed     *time.Time             `json:"changed,omitempty"`
	// ChangedBefore tells that the key changed then or earlier.
	ChangedBefore bool       `json:"changedBefore,omitempty"`
	Used          *time.Time `json:"used,omitempty"`
	UsedUnknown   string     `json:"usedUnknown,omitempty"`
}

// Secrets makes the document of keyvex secrets list.
func Secrets(where Where, keys []secrets.KeyStatus) SecretsDocument {
	doc := SecretsDocument{Where: where, Keys: []SecretRow{}}
	for _, k := range keys {
		doc.Keys = append(doc.Keys, SecretRow{
			Key: k.Key.Path(), Kind: k.Key.Kind, State: k.State, Reason: k.Reason, Optional: k.Key.Optional, Format: k.Key.Format,
			NeededBy: needers(k.Key), Fingerprint: k.Mask.Fingerprint, Length: k.Mask.Length, Version: k.Version,
			Changed: timeOrNil(k.Changed), ChangedBefore: k.ChangedBefore, Used: timeOrNil(k.Used.At), UsedUnknown: Clean(k.Used.Unknown),
		})
	}
	return doc
}

// SecretsWrittenDocument is the document of the commands that write secrets.
type SecretsWrittenDocument struct {
	Written []SecretWrittenRow `json:"written"`
	// Functions are those that were waited for, after a value that leaked.
	Functions []AdoptionRow `json:"functions,omitempty"`
}

// AdoptionRow is how far a function has come from the old version of a secret.
type AdoptionRow struct {
	Environment string                `json:"environment"`
	Secret      platform.Secret       `json:"secret"`
	Function    platform.Function     `json:"function"`
	State       secrets.AdoptionState `json:"state"`
	Used        *time.Time            `json:"used,omitempty"`
	Reason      string                `json:"reason,omitempty"`
}

// Adoption makes the row of one function.
func Adoption(environment string, secret platform.Secret, a secrets.Adoption) AdoptionRow {
	return AdoptionRow{environment, secret, a.Function, a.State, timeOrNil(a.At), Clean(a.Reason)}
}

// SecretWrittenRow is one secret of one environment after a write.
type SecretWrittenRow struct {
	Where
	Secret   platform.Secret `json:"secret"`
	Keys     []string        `json:"keys"`
	Changed  bool            `json:"changed"`
	Version  string          `json:"version,omitempty"`
	Previous string          `json:"previous,omitempty"`
	// Forgotten tells that no rollback brings the previous version back.
	Forgotten bool `json:"forgotten"`
}

// ComparisonDocument is the document of keyvex secrets diff.
type ComparisonDocument struct {
	From Where           `json:"from"`
	To   Where           `json:"to"`
	Keys []ComparisonRow `json:"keys"`
}

// ComparisonRow is one key in two environments.
type ComparisonRow struct {
	Key  string `json:"key"`
	Same bool   `json:"same"`
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// Comparison makes the document of keyvex secrets diff; from and to are fingerprints.
func Comparison(from, to Where, all []secrets.Comparison) ComparisonDocument {
	doc := ComparisonDocument{From: from, To: to, Keys: []ComparisonRow{}}
	for _, c := range all {
		doc.Keys = append(doc.Keys, ComparisonRow{Key: string(c.Secret) + "." + c.Name, Same: c.Same(), From: c.From.Fingerprint, To: c.To.Fingerprint})
	}
	return doc
}

// SecretHistoryDocument is the document of keyvex secrets history.
type SecretHistoryDocument struct {
	Where
	Secret   platform.Secret `json:"secret"`
	Versions []VersionRow    `json:"versions"`
}

// VersionRow is one version of a secret.
type VersionRow struct {
	Version  string     `json:"version"`
	Current  bool       `json:"current"`
	Created  *time.Time `json:"created,omitempty"`
	LastRead *time.Time `json:"lastRead,omitempty"`
	Labels   []string   `json:"labels"`
}

// SecretHistory makes the document of keyvex secrets history.
func SecretHistory(where Where, secret platform.Secret, versions []secrets.Past) SecretHistoryDocument {
	doc := SecretHistoryDocument{Where: where, Secret: secret, Versions: []VersionRow{}}
	for _, v := range versions {
		doc.Versions = append(doc.Versions, VersionRow{
			Version: v.Version, Current: v.Current(), Created: timeOrNil(v.Created), LastRead: timeOrNil(v.Accessed), Labels: append([]string{}, v.Stages...),
		})
	}
	return doc
}
