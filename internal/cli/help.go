package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/keyvex/keyvex/internal/present"
)

// helpWidth is the width of help texts, which fit the smallest usual terminal.
const helpWidth = 80

// describe prints a command's description and its usage.
func describe(cmd *cobra.Command, _ []string) {
	text := cmd.Long
	if text == "" {
		text = cmd.Short
	}
	out := cmd.OutOrStdout()
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		for _, line := range present.Wrap(strings.ReplaceAll(paragraph, "\n", " "), helpWidth) {
			fmt.Fprintln(out, line)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprint(out, cmd.UsageString())
}

// usage is what help says after a command's description. The flags of every command
// are explained once, by keyvex help, so that a command's own fit on a screen.
func usage(cmd *cobra.Command) error {
	out := cmd.OutOrStderr()
	fmt.Fprintln(out, "Usage:\n  "+cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintln(out, "\nExamples:\n"+cmd.Example)
	}
	for _, group := range cmd.Groups() {
		fmt.Fprintln(out, "\n"+group.Title+":")
		printCommands(cmd, group.ID)
	}
	if len(cmd.Groups()) == 0 && cmd.HasAvailableSubCommands() {
		fmt.Fprintln(out, "\nCommands:")
		printCommands(cmd, "")
	}
	if flags := cmd.LocalFlags(); cmd.HasAvailableLocalFlags() {
		fmt.Fprint(out, "\nFlags:\n"+flags.FlagUsagesWrapped(helpWidth))
	}
	if cmd.HasAvailableInheritedFlags() {
		fmt.Fprintln(out, "\nFlags of every command, explained by keyvex help:")
		fmt.Fprintln(out, fill(flagNames(cmd.InheritedFlags())))
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(out, "\n%s COMMAND --help says more about a command.\n", cmd.CommandPath())
	}
	return nil
}

func printCommands(cmd *cobra.Command, group string) {
	for _, sub := range cmd.Commands() {
		if sub.GroupID == group && (sub.IsAvailableCommand() || sub.Name() == "help") {
			fmt.Fprintln(cmd.OutOrStderr(), "  "+present.Pad(sub.Name(), sub.NamePadding())+" "+sub.Short)
		}
	}
}

// flagNames are the names as one types them, "-e, --env".
func flagNames(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(flag *pflag.Flag) {
		name := "--" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", " + name
		}
		names = append(names, name)
	})
	return names
}

// fill lays words out in indented lines, never breaking one.
func fill(words []string) string {
	text, width := "", 0
	for _, word := range words {
		if width == 0 || width+2+len(word) > helpWidth {
			text, width = strings.TrimPrefix(text+"\n", "\n"), 0
		}
		text, width = text+"  "+word, width+2+len(word)
	}
	return text
}
