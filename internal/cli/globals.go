package cli

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/keyvex/keyvex/internal/problem"
)

// globals are the flags of every command.
type globals struct {
	env, region, profile string
	json, yes            bool
	confirm              string
	readOnly, noInput    bool
	color                string
	verbose              bool
}

func (g *globals) bind(flags *pflag.FlagSet) {
	flags.SortFlags = false
	flags.StringVarP(&g.env, "env", "e", "", "the environment `name` (else KEYVEX_ENV, else default_env)")
	flags.StringVar(&g.region, "region", "", "the AWS `region`")
	flags.StringVar(&g.profile, "profile", "", "the AWS `profile`")
	flags.BoolVar(&g.json, "json", false, "print JSON: a document, or an object a line for a stream")
	flags.BoolVarP(&g.yes, "yes", "y", false, "answer yes to what would be asked")
	flags.StringVar(&g.confirm, "confirm", "", "the environment's `name`, where it would have to be typed")
	flags.BoolVar(&g.readOnly, "read-only", false, "refuse every write")
	flags.StringVar(&g.color, "color", "auto", "colour: auto, always or never")
	flags.BoolVar(&g.noInput, "no-input", false, "ask nothing, fail instead")
	flags.BoolVarP(&g.verbose, "verbose", "v", false, "show the causes of an error")
}

var colorModes = []string{"auto", "always", "never"}

func (g *globals) check() error {
	if !slices.Contains(colorModes, g.color) {
		return problem.New(problem.Usage, "--color cannot be %q", g.color).WithHint("auto, always or never")
	}
	return nil
}
