package secrets

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Import is what a file holds of the secrets' keys.
type Import struct {
	Changes []Change
	// Unknown are the names that are no key's, in the file's order.
	Unknown []string
}

// ParseImport reads a .env file or a JSON object. A name is a path
// ("ai.openai_api_key"), a key ("openai_api_key") or the variable of that name
// ("OPENAI_API_KEY"); in JSON, keys may stand below their secret. Whatever is wrong with
// a value is a usage problem that names its key; with the file, its line.
func ParseImport(file []byte) (in Import, err error) {
	entries, err := entriesOf(file)
	defer func() {
		if err != nil {
			for _, e := range entries {
				e.value.Wipe()
			}
		}
	}()
	if err != nil {
		return Import{}, err
	}
	for _, e := range entries {
		key, ok := keyNamed(e.name)
		switch {
		case !ok:
			e.value.Wipe()
			in.Unknown = append(in.Unknown, e.name)
			continue
		case slices.ContainsFunc(in.Changes, func(c Change) bool { return c.Key.Path() == key.Path() }):
			return Import{}, problem.New(problem.Usage, "the file has %s twice", key.Path()).WithHint("keep the one that counts")
		}
		if err := Check(key, e.value); err != nil {
			return Import{}, problem.New(problem.Usage, "%s, nothing was written", err).WithHint("mend the file, or leave the key out")
		}
		in.Changes = append(in.Changes, Change{Key: key, Value: e.value})
	}
	return in, nil
}

// Of are the changes of one secret.
func (in Import) Of(secret platform.Secret) []Change {
	var out []Change
	for _, c := range in.Changes {
		if c.Key.Secret == secret {
			out = append(out, c)
		}
	}
	return out
}

// Wipe overwrites the values.
func (in Import) Wipe() {
	for _, c := range in.Changes {
		c.Value.Wipe()
	}
}

type entry struct {
	name  string
	value Value
}

func entriesOf(file []byte) ([]entry, error) {
	if skip := skipSpace(file, 0); skip < len(file) && file[skip] == '{' {
		return jsonEntries(file)
	}
	return dotenvEntries(file)
}

func jsonEntries(file []byte) (out []entry, err error) {
	list, err := members(file)
	if err != nil {
		return nil, problem.New(problem.Usage, "the file %s", err).WithHint("a JSON object, or lines NAME=value")
	}
	for _, m := range list {
		name, raw := string(unquote(file[m.key:m.keyEnd])), file[m.value:m.end]
		switch {
		case raw[0] == '"':
			out = append(out, entry{name, NewValue(unquote(raw))})
		case raw[0] == '{' && slices.Contains(platform.Secrets, platform.Secret(name)):
			below, err := jsonEntries(raw)
			for _, e := range below {
				out = append(out, entry{name + "." + e.name, e.value})
			}
			if err != nil {
				return out, err
			}
		default:
			return out, problem.New(problem.Usage, "%s is no text in the file, nothing was written", name).WithHint("put it in quotes, or leave it out")
		}
	}
	return out, nil
}

// keyNamed finds a key by its path or by its own name, in any case of letters.
func keyNamed(name string) (platform.SecretKey, bool) {
	for _, key := range platform.SecretKeys() {
		if strings.EqualFold(key.Path(), name) || strings.EqualFold(key.Name, name) {
			return key, true
		}
	}
	return platform.SecretKey{}, false
}
