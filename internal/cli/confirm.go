package cli

import (
	"context"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// confirm asks a yes-or-no question, unless --yes answered it. Where nobody can be
// asked, it refuses and names the flag.
func (a *app) confirm(ctx context.Context, question string) error {
	if a.flags.yes {
		return nil
	}
	if !a.canAsk() {
		return problem.New(problem.Refused, "%s nobody is there to answer, nothing was changed", question).
			WithHint("--yes answers it")
	}
	answer, err := a.ask(ctx, question+" [y/N] ")
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer == "y" || answer == "yes" {
		return nil
	}
	return problem.New(problem.Refused, "not confirmed, nothing was changed").WithHint("answer y, or give --yes")
}

// confirmName has the environment's name typed before something is lost. --confirm
// NAME stands for it, and in the development tier --yes does.
func (a *app) confirmName(ctx context.Context, env platform.Environment) error {
	typed := a.flags.confirm
	switch {
	case typed != "":
	case a.flags.yes && !env.IsProduction():
		return nil
	case !a.canAsk():
		return problem.New(problem.Refused, "nobody is there to type the name of %s, nothing was changed", env).
			WithHint("--confirm %s", env)
	default:
		answer, err := a.ask(ctx, "type "+env.Name+" to go on: ")
		if err != nil {
			return err
		}
		typed = answer
	}
	if typed != env.Name {
		return problem.New(problem.Refused, "%q is not %s, nothing was changed", typed, env).
			WithHint("type the environment's name, or give --confirm %s", env)
	}
	return nil
}
