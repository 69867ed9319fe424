package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

const whole = `default_env = "development"

[environments.production]
account      = "482100000912"
region       = "us-east-1"
profile      = "keyvex-prod"
read_only    = true
alarm_email  = "oncall@example.com"
cors_origins = ["https://app.example.com", "http://localhost:3000"]
clerk_issuer = "https://clerk.example.com"

[environments.load-test]
tier = "production"
`

func TestEveryKeyIsRead(t *testing.T) {
	file, err := Parse("keyvex.toml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	production := file.Environments["production"]
	if production.Account != "482100000912" || production.Region != "us-east-1" || production.Profile != "keyvex-prod" ||
		!production.ReadOnly || production.AlarmEmail != "oncall@example.com" || len(production.CORSOrigins) != 2 ||
		production.ClerkIssuer != "https://clerk.example.com" {
		t.Errorf("production = %+v", production)
	}
	if got := file.Where("production", "account"); got != "keyvex.toml:4" {
		t.Errorf("the account stands at %s, want keyvex.toml:4", got)
	}
	if got := file.Where("load-test", "account"); got != "keyvex.toml" {
		t.Errorf("an absent account stands at %s, want keyvex.toml", got)
	}
	env, err := file.Environment("load-test")
	if err != nil || !env.IsProduction() {
		t.Errorf("load-test = %+v, %v, want the production tier", env, err)
	}
}

func TestFaultsNameFileLineAndColumn(t *testing.T) {
	for _, test := range []struct{ name, document, message, hint string }{
		{"unknown key", "default_env = \"dev\"\ncolour = 1\n", "k.toml:2:1: unknown key colour", "default_env, environments"},
		{"unknown setting", "[environments.dev]\n  acount = \"1\"\n", "k.toml:2:3: unknown key environments.dev.acount", "account, region"},
		{"syntax", "default_env = \"dev\n", "k.toml:1:", "correct that line"},
		{"wrong type", "[environments.dev]\nread_only = \"yes\"\n", "k.toml:2:13:", "correct that line"},
		{"short account", "[environments.dev]\naccount = \"123\"\n", `k.toml:2:11: account cannot be "123"`, "twelve digits"},
		{"tier", "[environments]\ndev = { tier = \"prod\" }\n", `k.toml:2:16: tier cannot be "prod"`, "development or production"},
		{"environment name", "[environments.Dev]\n", `k.toml:1:15: "Dev" is not`, "[environments.staging]"},
		{"default", "\n\ndefault_env = \"a--b\"\n", "k.toml:3:15:", "default_env"},
		{"origin", "[environments.dev]\ncors_origins = [\"https://a.example\", \"https://b.example/x\"]\n", "cors_origins cannot be", "scheme and host"},
		{"plain http", "[environments.dev]\nclerk_issuer = \"http://clerk.example.com\"\n", "k.toml:2:16:", "issuer"},
		{"keys over plain http", "[environments.dev]\nclerk_jwks = \"http://clerk.example.com/jwks\"\n", "k.toml:2:14:", "clerk_jwks"},
		{"sender", "[environments.dev]\nmail_from = \"hello\"\n", "k.toml:2:13:", "mail_from"},
		{"debug user in production", "[environments.production]\ndebug_user = \"me\"\n", "k.toml:2:14: a production tier", "leave debug_user out"},
		{"debug user in a production tier", "[environments.blue]\ntier = \"production\"\ndebug_user = \"me\"\n", "k.toml:3:14: a production tier", "leave debug_user out"},
		{"pinned local", "[environments.local]\naccount = \"482100000912\"\n", "k.toml:1:15: local is the embedded AWS", "leave those keys out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("k.toml", []byte(test.document))
			fault, ok := err.(*problem.Error)
			if !ok || fault.Kind != problem.Usage {
				t.Fatalf("got %v, want a usage problem", err)
			}
			if !strings.Contains(fault.Message, test.message) || !strings.Contains(fault.Hint, test.hint) {
				t.Errorf("error: %s\nhint: %s\nwant %q and %q", fault.Message, fault.Hint, test.message, test.hint)
			}
			if strings.Contains(fault.Message+fault.Hint, "\n") {
				t.Errorf("more than one line: %q", fault.Message)
			}
		})
	}
}

func FuzzParseNeverPanics(f *testing.F) {
	f.Add(whole)
	f.Add("[environments.\"a.b\"]\naccount=1")
	f.Add("environments = [{}]")
	f.Fuzz(func(t *testing.T, document string) {
		file, err := Parse("k.toml", []byte(document))
		if (file == nil) == (err == nil) {
			t.Errorf("file %v, error %v", file, err)
		}
	})
}

func TestTheNearestFileIsTaken(t *testing.T) {
	root := t.TempDir()
	user := Dirs{Config: filepath.Join(root, "home")}
	inner := filepath.Join(root, "project", "web", "src")
	for _, folder := range []string{inner, user.Config} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if file, err := Load(inner, user); err != nil || file.Path != "" {
		t.Fatalf("without a file: %+v, %v", file, err)
	}
	for _, place := range []string{user.Config, filepath.Join(root, "project"), inner} {
		path := filepath.Join(place, FileName)
		if err := os.WriteFile(path, []byte("default_env = \"development\"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Load(inner, user)
		if err != nil || file.Path != path {
			t.Errorf("read %+v, %v, want %s", file, err, path)
		}
	}
}

func TestEnvironmentComesFromTheStrongestSource(t *testing.T) {
	file, err := Parse("k.toml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	bare, err := Parse("k.toml", []byte("[environments.staging]\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name           string
		file           *File
		flag, variable string
		want           string
		source         Source
	}{
		{"flag", file, "production", "staging", "production", FromFlag},
		{"variable", file, "", "staging", "staging", FromVariable},
		{"default", file, "", "", "development", FromDefault},
		{"no file", &File{}, "", "", platform.Local, FromNoFile},
		{"nothing", bare, "", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			choice, ok, err := test.file.Choose(test.flag, test.variable)
			if err != nil || ok != (test.want != "") || choice.Environment.Name != test.want || choice.Source != test.source {
				t.Errorf("got %q from %q, ok %v, %v", choice.Environment, choice.Source, ok, err)
			}
		})
	}
	if err := bare.Unchosen(); problem.KindOf(err) != problem.Usage || !strings.Contains(err.(*problem.Error).Hint, "local, staging") {
		t.Errorf("unchosen: %v", err)
	}
}

func TestProductionIsWrittenOnlyWhenNamed(t *testing.T) {
	file, err := Parse("k.toml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		environment string
		source      Source
		refused     bool
	}{
		{"production", FromFlag, false},
		{"production", FromVariable, true},
		{"load-test", FromDefault, true},
		{"load-test", FromPicker, true},
		{"development", FromDefault, false},
		{"local", FromNoFile, false},
	} {
		choice, err := file.Choice(test.environment, test.source)
		if err != nil {
			t.Fatal(err)
		}
		if err := choice.AllowWrite(); problem.Is(err, problem.Refused) != test.refused {
			t.Errorf("%s from %s: %v, refused should be %v", test.environment, test.source, err, test.refused)
		}
	}
}

func TestFoldersFollowTheVariables(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	for _, test := range []struct {
		variables map[string]string
		want      Dirs
	}{
		{nil, Dirs{"/home/ada/.config/keyvex", "/home/ada/.local/state/keyvex"}},
		{map[string]string{"XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"}, Dirs{"/c/keyvex", "/s/keyvex"}},
		{map[string]string{"XDG_STATE_HOME": "relative"}, Dirs{"/home/ada/.config/keyvex", "/home/ada/.local/state/keyvex"}},
		{map[string]string{"XDG_CONFIG_HOME": "/c", "KEYVEX_HOME": "/demo"}, Dirs{"/demo", "/demo/state"}},
	} {
		got, err := FindDirs(func(name string) string { return test.variables[name] })
		if err != nil || got != test.want {
			t.Errorf("%v: %+v, %v, want %+v", test.variables, got, err, test.want)
		}
	}
}
