// Package config reads keyvex.toml and decides which environment a command is
// about.
//
// The file is looked for in the current folder and its parents, then in the
// user's config folder; the first one found is the only one read. Everything in
// it is optional:
//
//	default_env = "development"
//
//	[environments.production]
//	account      = "482100000912"   # a different caller stops every write
//	region       = "us-east-1"
//	profile      = "keyvex-prod"
//	tier         = "production"
//	read_only    = false
//	alarm_email  = "oncall@example.com"
//	cors_origins = ["https://app.example.com"]
//	clerk_issuer = "https://clerk.example.com"
//
// An unknown key, a wrong type and an impossible value are usage problems that
// name file, line and column.
package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyvex/keyvex/internal/platform"
)

// FileName is the name of the configuration file.
const FileName = "keyvex.toml"

// File is a keyvex.toml, checked.
type File struct {
	// Path is where the file stands; empty when there is none.
	Path string `toml:"-"`
	// DefaultEnvironment is used when neither flag nor variable names one.
	DefaultEnvironment string `toml:"default_env"`
	// Environments are the settings of each named environment.
	Environments map[string]Settings `toml:"environments"`

	positions positions
}

// Settings are what keyvex.toml says of one environment. Zero values mean that it
// says nothing.
type Settings struct {
	// Account is the only AWS account, twelve digits, that writes may go to.
	Account string `toml:"account"`
	Region  string `toml:"region"`
	Profile string `toml:"profile"`
	// Tier overrides platform.DefaultTier.
	Tier string `toml:"tier"`
	// ReadOnly refuses every write.
	ReadOnly bool `toml:"read_only"`
	// AlarmEmail and what follows become template parameters.
	AlarmEmail    string   `toml:"alarm_email"`
	CORSOrigins   []string `toml:"cors_origins"`
	ClerkIssuer   string   `toml:"clerk_issuer"`
	ClerkJWKS     string   `toml:"clerk_jwks"`
	ClerkAudience string   `toml:"clerk_audience"`
	// DebugUser is whom a socket without a token belongs to; never in a production tier.
	DebugUser string `toml:"debug_user"`
	// MailFrom is the sender of mails.
	MailFrom string `toml:"mail_from"`
}

// Names lists the environments that the file speaks of, sorted.
func (f *File) Names() []string { return slices.Sorted(maps.Keys(f.Environments)) }

// Environment gives the named environment the tier that the file asks for.
func (f *File) Environment(name string) (platform.Environment, error) {
	env, err := platform.ParseEnvironment(name)
	if err != nil {
		return env, err
	}
	if tier := f.Environments[name].Tier; tier != "" {
		env.Tier = platform.Tier(tier)
	}
	return env, nil
}

// Where is the place of an environment's setting as "keyvex.toml:14", or the
// file's name alone where the file does not have it.
func (f *File) Where(environment, key string) string {
	if at, ok := f.positions[join("environments", environment, key)]; ok {
		return fmt.Sprintf("%s:%d", FileName, at.line)
	}
	return FileName
}
