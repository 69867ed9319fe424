package secrets

import (
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
)

// State is what can be said of a key's value without showing it.
type State string

// The states.
const (
	Set         State = "set"
	Unset       State = "unset"
	Placeholder State = "placeholder" // an example's value
	Failing     State = "failing"     // of a form that the key cannot have
)

// stateOf judges a key's value; reason says what is wrong with it, never the value.
func stateOf(key platform.SecretKey, t text, found bool) (state State, reason string) {
	switch {
	case !found || t.isNull || t.isString && len(t.value.Bytes()) == 0:
		return Unset, ""
	case !t.isString:
		return Failing, "is no text"
	case isPlaceholder(t.value):
		return Placeholder, "is an example's value"
	}
	if err := Check(key, t.value); err != nil {
		return Failing, strings.TrimPrefix(err.Error(), key.Path()+" ")
	}
	return Set, ""
}

// placeholders are pieces of values that stand in examples and templates.
var placeholders = []string{"...", "…", "changeme", "change-me", "change_me", "placeholder", "your-", "your_", "xxxx", "todo", "base64-encoded-key", "<", "example"}

func isPlaceholder(value Value) bool {
	if value.Len() > longestPlaceholder {
		return false
	}
	lower := strings.ToLower(string(value.Bytes())) // at most that many characters of an example
	for _, piece := range placeholders {
		if strings.Contains(lower, piece) {
			return true
		}
	}
	return false
}

// longestPlaceholder is in characters: real keys of providers are longer.
const longestPlaceholder = 28
