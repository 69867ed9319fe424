// Package lazy puts off work until somebody needs its result. keyvex starts in
// milliseconds, and a regular expression with a counted repetition takes one to
// compile: none is compiled before its first use.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp gives a function that compiles the expression once, when it is first
// called. Like regexp.MustCompile, that panics on a bad expression.
func Regexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
