package platform

import "strings"

// runPrefix begins the names of change sets and the client request tokens of
// every operation that keyvex starts. CloudFormation gives tokens back in its
// events, which is how a later run knows an operation as its own.
const runPrefix = "keyvex-"

// RunToken is the name of one operation of a deploy: run identifies the process's
// run, and all parts hold only letters, digits and hyphens.
func RunToken(run string, parts ...string) string {
	return runPrefix + strings.Join(append([]string{run}, parts...), "-")
}

// IsRunToken reports whether a client request token is one that keyvex made.
func IsRunToken(token string) bool { return strings.HasPrefix(token, runPrefix) }

// RunOf is the run that a client request token of keyvex's belongs to.
func RunOf(token string) (run string, ok bool) {
	rest, ok := strings.CutPrefix(token, runPrefix)
	run, _, _ = strings.Cut(rest, "-")
	return run, ok
}

// StackTags are the tags of every stack, which CloudFormation hands on to what it
// makes. They hold nothing that differs between releases: a changed stack tag is
// applied anew to every resource.
func (e Environment) StackTags() map[string]string {
	return map[string]string{
		"keyvex:environment": e.Name,
		"keyvex:tier":        string(e.Tier),
	}
}
