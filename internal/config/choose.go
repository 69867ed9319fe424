package config

import (
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Source says where the choice of an environment came from.
type Source string

// The sources, strongest first.
const (
	FromFlag     Source = "-e"
	FromVariable Source = "KEYVEX_ENV"
	FromDefault  Source = "default_env"
	// FromNoFile is local, because there is no keyvex.toml at all.
	FromNoFile Source = "no keyvex.toml"
	// FromPicker is the operator, asked.
	FromPicker Source = "picked"
)

// Choice is the environment that a command is about.
type Choice struct {
	Environment platform.Environment
	Settings    Settings
	Source      Source
	File        *File
}

// Choose takes flag, else variable (the value of KEYVEX_ENV), else default_env,
// else local where there is no file. With a file that names no default it gives
// ok false: somebody has to be asked.
func (f *File) Choose(flag, variable string) (choice Choice, ok bool, err error) {
	name, source := flag, FromFlag
	switch {
	case flag != "":
	case variable != "":
		name, source = variable, FromVariable
	case f.DefaultEnvironment != "":
		name, source = f.DefaultEnvironment, FromDefault
	case f.Path == "":
		name, source = platform.Local, FromNoFile
	default:
		return Choice{}, false, nil
	}
	choice, err = f.Choice(name, source)
	return choice, err == nil, err
}

// Choice is the named environment with its settings.
func (f *File) Choice(name string, source Source) (Choice, error) {
	env, err := f.Environment(name)
	if err != nil {
		return Choice{}, problem.New(problem.Usage, "%s (from %s)", err, source).
			WithHint("a name is up to %d of a-z, 0-9 and hyphens, for example -e development", platform.MaxEnvironmentLength)
	}
	return Choice{Environment: env, Settings: f.Environments[name], Source: source, File: f}, nil
}

// Unchosen is the problem of a command that has no environment and nobody to ask.
func (f *File) Unchosen() error {
	names := append([]string{platform.Local}, f.Names()...)
	return problem.New(problem.Usage, "which environment is meant").
		WithHint("-e with one of %s, or KEYVEX_ENV, or default_env in %s", strings.Join(names, ", "), FileName)
}

// AllowWrite refuses to change an environment of the production tier that -e did
// not name: nobody writes there by a forgotten variable.
func (c Choice) AllowWrite() error {
	if !c.Environment.IsProduction() || c.Source == FromFlag {
		return nil
	}
	return problem.New(problem.Refused, "%s has the production tier and comes from %s, nothing was changed", c.Environment, c.Source).
		WithHint("name it: -e %s", c.Environment)
}

// Explain is the choice in words, "local (no keyvex.toml)".
func (c Choice) Explain() string {
	return fmt.Sprintf("%s (%s)", c.Environment, c.Source)
}
