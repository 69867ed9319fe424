// Package platform says what Keyvex is: its environments and tiers, the name of
// everything it owns in AWS, the four functions, the queues, the secrets, the
// Parameter Store contract between the stacks, the alarm thresholds and the
// variables of the Next.js application.
//
// It is data and pure functions on the standard library alone. Stacks, sandbox,
// commands and console all ask it, so that each fact stands in one place.
package platform

import (
	"fmt"
	"strings"
)

// Local is the environment whose AWS is embedded in keyvex.
const Local = "local"

// MaxEnvironmentLength is the longest environment name, in characters. Names of
// roles and buckets are at most 64 and 63 characters long, which leaves this much.
const MaxEnvironmentLength = 16

// Environment is one deployment of the platform: a name, and the tier that
// decides its sizes and protections.
type Environment struct {
	Name string
	Tier Tier
}

const environmentCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// InvalidEnvironmentError says why a name is no environment name.
type InvalidEnvironmentError struct {
	Name   string
	Reason string
}

func (e *InvalidEnvironmentError) Error() string {
	return fmt.Sprintf("%q is not an environment name: %s", e.Name, e.Reason)
}

// ParseEnvironment checks name against the grammar of environment names and
// gives it its default tier. The error is an *InvalidEnvironmentError.
func ParseEnvironment(name string) (Environment, error) {
	if reason := environmentFault(name); reason != "" {
		return Environment{}, &InvalidEnvironmentError{Name: name, Reason: reason}
	}
	return Environment{Name: name, Tier: DefaultTier(name)}, nil
}

func environmentFault(name string) string {
	switch {
	case name == "":
		return "it is empty"
	case len(name) > MaxEnvironmentLength:
		return fmt.Sprintf("it has %d characters, at most %d are allowed", len(name), MaxEnvironmentLength)
	case name[0] < 'a' || name[0] > 'z' || strings.Trim(name, environmentCharacters) != "":
		return "it must start with a lower-case letter and hold only a-z, 0-9 and hyphens"
	case strings.Contains(name, "--"):
		return "it has two hyphens in a row"
	case strings.HasSuffix(name, "-"):
		return "it ends with a hyphen"
	}
	return ""
}

// IsLocal reports whether the environment lives in the embedded AWS.
func (e Environment) IsLocal() bool { return e.Name == Local }

// IsProduction reports whether the environment has the production tier.
func (e Environment) IsProduction() bool { return e.Tier == Production }

// Spec gives the numbers of the environment's tier.
func (e Environment) Spec() TierSpec { return e.Tier.Spec() }

// String is the environment's name.
func (e Environment) String() string { return e.Name }
