package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/platform"
)

var (
	accountGrammar = lazy.Regexp(`^[0-9]{12}$`)
	regionGrammar  = lazy.Regexp(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)
	emailGrammar   = lazy.Regexp(`^[^@\s]+@[^@\s]+$`)
)

// check says of the first impossible value where it stands and what would do.
func (f *File) check() error {
	if f.DefaultEnvironment != "" {
		if _, err := platform.ParseEnvironment(f.DefaultEnvironment); err != nil {
			return f.fault(err.Error(), "for example default_env = \"development\"", "default_env")
		}
	}
	for _, name := range f.Names() {
		if _, err := platform.ParseEnvironment(name); err != nil {
			return f.fault(err.Error(), "for example [environments.staging]", "environments", name)
		}
		if err := f.checkSettings(name, f.Environments[name]); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) checkSettings(name string, s Settings) error {
	if name == platform.Local && (s.Account != "" || s.Region != "" || s.Profile != "") {
		return f.fault("local is the embedded AWS, it has no account, region or profile of yours",
			"leave those keys out, or name the environment otherwise", "environments", name)
	}
	if env, err := f.Environment(name); err == nil && env.IsProduction() && s.DebugUser != "" {
		return f.fault("a production tier lets nobody in without a token", "leave debug_user out", "environments", name, "debug_user")
	}
	for _, rule := range settingRules(s) {
		if rule.value != "" && !rule.valid(rule.value) {
			return f.fault(fmt.Sprintf("%s cannot be %q", rule.key, rule.value), rule.hint, "environments", name, rule.key)
		}
	}
	return nil
}

type settingRule struct {
	key, value string
	valid      func(string) bool
	hint       string
}

func settingRules(s Settings) []settingRule {
	rules := []settingRule{
		{"account", s.Account, accountGrammar().MatchString, "an account id is twelve digits in quotes, account = \"482100000912\""},
		{"region", s.Region, regionGrammar().MatchString, "for example region = \"us-east-1\""},
		{"tier", s.Tier, validTier, fmt.Sprintf("%s or %s", platform.Development, platform.Production)},
		{"alarm_email", s.AlarmEmail, emailGrammar().MatchString, "for example alarm_email = \"oncall@example.com\""},
		{"clerk_issuer", s.ClerkIssuer, isOrigin, "the issuer URL, for example clerk_issuer = \"https://clerk.example.com\""},
		{"clerk_jwks", s.ClerkJWKS, isURL, "the URL of the issuer's keys, for example clerk_jwks = \"https://clerk.example.com/.well-known/jwks.json\""},
		{"mail_from", s.MailFrom, emailGrammar().MatchString, "for example mail_from = \"hello@example.com\""},
	}
	for _, origin := range s.CORSOrigins {
		rules = append(rules, settingRule{
			"cors_origins", origin, isOrigin, "scheme and host only, for example cors_origins = [\"https://app.example.com\"]",
		})
	}
	return rules
}

func validTier(name string) bool {
	_, err := platform.ParseTier(name)
	return err == nil
}

// isURL accepts an https URL; plain http only for a server on this machine.
func isURL(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Host != "" && u.User == nil && secureScheme(u)
}

func secureScheme(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1")
}

// isOrigin accepts scheme and host with nothing behind them, as browsers send an
// Origin; plain http only for a server on this machine.
func isOrigin(value string) bool {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return false
	}
	return secureScheme(u)
}

func (f *File) fault(message, hint string, path ...string) error {
	return faultAt(f.Path, f.positions[join(path...)], message, hint)
}

// unknownKeyHint lists the keys that exist at the level of the unknown one.
func unknownKeyHint(key []string) string {
	known := reflect.TypeFor[File]()
	if len(key) > 2 && key[0] == "environments" {
		known = reflect.TypeFor[Settings]()
	}
	var names []string
	for field := range known.Fields() {
		if name := field.Tag.Get("toml"); name != "" && name != "-" {
			names = append(names, name)
		}
	}
	return "the keys here are " + strings.Join(names, ", ")
}
