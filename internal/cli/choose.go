package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

// choose settles which environment the command is about: by flag, variable, file,
// or by asking.
func (a *app) choose(ctx context.Context) (config.Choice, error) {
	file, err := a.configuration()
	if err != nil {
		return config.Choice{}, err
	}
	choice, ok, err := file.Choose(a.flags.env, a.getenv("KEYVEX_ENV"))
	switch {
	case err != nil:
		return config.Choice{}, err
	case !ok && !a.canAsk():
		return config.Choice{}, file.Unchosen()
	case !ok:
		return a.pick(ctx, file)
	case choice.Source == config.FromNoFile:
		a.note("environment local, since there is no %s here", config.FileName)
	}
	return choice, nil
}

// chooseToWrite is choose for a command that changes something.
func (a *app) chooseToWrite(ctx context.Context) (config.Choice, error) {
	choice, err := a.choose(ctx)
	if err != nil {
		return choice, err
	}
	a.about = present.Where{Environment: choice.Environment.Name, Tier: choice.Environment.Tier}
	return choice, choice.AllowWrite()
}

func (a *app) configuration() (*config.File, error) {
	folder, err := os.Getwd()
	if err != nil {
		return nil, problem.New(problem.Usage, "the current folder is gone").WithHint("cd somewhere else").WithCause(err)
	}
	dirs, err := a.dirs()
	if err != nil {
		return nil, problem.New(problem.Usage, "there is no home folder").WithHint("set HOME or KEYVEX_HOME").WithCause(err)
	}
	return config.Load(folder, dirs)
}

// pick has the operator choose among the environments, local first: with the arrow
// keys, or by number where the screen cannot be drawn over.
func (a *app) pick(ctx context.Context, file *config.File) (config.Choice, error) {
	names := append([]string{platform.Local}, slices.DeleteFunc(file.Names(), func(n string) bool { return n == platform.Local })...)
	m := &menu{title: "which environment? (arrow keys, enter)"}
	for _, name := range names {
		env, err := file.Environment(name)
		if err != nil {
			return config.Choice{}, err
		}
		m.entries = append(m.entries, present.Pad(name, platform.MaxEnvironmentLength)+"  "+string(env.Tier)+" tier")
	}
	in, ok := a.in.(*os.File)
	if !ok || !a.moves() {
		return a.pickByNumber(ctx, file, names, m.entries)
	}
	i, err := a.pickFrom(ctx, in, m)
	if err != nil {
		return config.Choice{}, err
	}
	a.note("environment %s", names[i])
	return file.Choice(names[i], config.FromPicker)
}

// pickByNumber takes an empty answer for local.
func (a *app) pickByNumber(ctx context.Context, file *config.File, names, entries []string) (config.Choice, error) {
	for i, entry := range entries {
		fmt.Fprintf(a.err, "%3d  %s\n", i+1, entry)
	}
	answer, err := a.ask(ctx, "environment [local]: ")
	if err != nil {
		return config.Choice{}, err
	}
	if answer == "" {
		answer = platform.Local
	}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(names) {
		answer = names[n-1]
	}
	return file.Choice(answer, config.FromPicker)
}

// ask prints a question and reads a line. An interrupt ends the waiting, though
// not the reading, which ends with the process.
func (a *app) ask(ctx context.Context, question string) (string, error) {
	if a.terminal.err {
		question = strings.Join(present.Wrap(strings.TrimSpace(question), a.errLook().Width-1), "\n") + " "
	}
	fmt.Fprint(a.err, question)
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := bufio.NewReader(a.in).ReadString('\n')
		answers <- answer{strings.TrimSpace(text), err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return "", ctx.Err()
	case got := <-answers:
		if got.err != nil {
			fmt.Fprintln(a.err)
			return "", problem.New(problem.Interrupted, "no answer was given, nothing was changed").WithCause(got.err)
		}
		return got.text, nil
	}
}
