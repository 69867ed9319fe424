package present

import (
	"errors"

	"github.com/keyvex/keyvex/internal/problem"
)

// ProblemWords say what went wrong, and what to do about it where that is known. Of a
// chain it is the first problem that speaks, not what libraries put around it.
func ProblemWords(err error) (text, hint string) {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return Clean(p.Message), Clean(p.Hint)
	}
	return Clean(err.Error()), ""
}
