package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/metrics/trail"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/queues/filter"
)

func newQueues(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "queues", Short: "Look into queues and dead letters, and bring them back", GroupID: groupLook, Args: noSuchCommand,
		Long: "queues works with the three queues and their dead-letter queues, by short names:\n" +
			"ai-processing, analytics, email, and each with -dlq behind it.",
		Example: "  keyvex queues list -e production\n  keyvex queues peek ai-processing-dlq -e production",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newQueuesList(a), newQueuesPeek(a), newQueuesCauses(a), newQueuesRedrive(a), newQueuesSend(a),
		newQueuesExport(a), newQueuesImport(a), newQueuesPurge(a))
	return cmd
}

// queueNames are completed as a command's first argument.
func queueNames(names []queues.Name) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var out []string
		for _, name := range names {
			out = append(out, name.String())
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// oneQueue takes exactly a queue and up to more further arguments.
func oneQueue(more int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return problem.New(problem.Usage, "which queue is meant").WithHint("%s --help", cmd.CommandPath())
		}
		if len(args) > 1+more {
			return problem.New(problem.Usage, "%s does not take %q", cmd.CommandPath(), args[1+more]).WithHint("%s --help", cmd.CommandPath())
		}
		_, err := queues.FindName(args[0])
		return err
	}
}

// oneQueueAndFile takes exactly these two.
func oneQueueAndFile(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return problem.New(problem.Usage, "which file is meant").WithHint("%s %s FILE", cmd.CommandPath(), args[0])
	}
	return oneQueue(1)(cmd, args)
}

// queueAt is a queue, and where it is.
type queueAt struct {
	ground
	*queues.Queues
	name queues.Name
}

// atQueue goes to the queue that oneQueue has let pass.
func (a *app) atQueue(ctx context.Context, queue string) (at queueAt, err error) {
	if at.ground, err = a.stand(ctx); err != nil {
		return at, err
	}
	return a.thatQueue(at, queue)
}

// atQueueToWrite is atQueue for a command that changes something.
func (a *app) atQueueToWrite(ctx context.Context, queue string) (at queueAt, err error) {
	if at.ground, err = a.standToWrite(ctx, a.flags.env); err != nil {
		return at, err
	}
	return a.thatQueue(at, queue)
}

func (a *app) thatQueue(at queueAt, queue string) (_ queueAt, err error) {
	if at.name, err = queues.FindName(queue); err != nil {
		return at, err
	}
	at.Queues, err = a.queuesAt(at.ground)
	return at, err
}

// queuesAt puts the session's clients behind the domain.
func (a *app) queuesAt(at ground) (*queues.Queues, error) {
	dirs, err := a.dirs()
	if err != nil {
		return nil, err
	}
	return queues.New(queues.Clients{
		SQS: at.session.SQS(), Logs: at.session.Logs(), Metrics: at.session.CloudWatch(), Consumers: at.session.Lambda(),
	}, queues.Settings{
		Environment: at.choice.Environment, Clock: a.clock,
		Folder: filepath.Join(dirs.State, "queues", at.who.Account+"-"+at.session.Region()), By: trail.NameOf(at.who.ARN),
	}), nil
}

// selectionFlags are those that choose messages.
type selectionFlags struct {
	where string
	since string
	max   int
}

func (s *selectionFlags) bind(cmd *cobra.Command, most int) {
	cmd.Flags().StringVar(&s.where, "where", "", "only those that match the `expression`")
	cmd.Flags().StringVar(&s.since, "since", "", "only those sent within this `age`, as 2h or 3d")
	cmd.Flags().IntVar(&s.max, "max", most, "at most so many `messages`; 0 for all")
}

func (s *selectionFlags) selection(a *app) (out queues.Selection, err error) {
	if s.where != "" {
		if out.Where, err = filter.Parse(s.where); err != nil {
			return out, problem.New(problem.Usage, "--where: %s", err).WithHint(`for example --where 'error contains "401" and age > 1h'; docs/filter.md has it all`)
		}
	}
	if s.since != "" {
		age, err := filter.ParseAge(s.since)
		if err != nil || age <= 0 {
			return out, problem.New(problem.Usage, "--since cannot be %q", s.since).WithHint("an age as 90s, 15m, 2h or 3d")
		}
		out.Since = a.clock.Now().Add(-age)
	}
	if out.Max = s.max; s.max < 0 {
		return out, problem.New(problem.Usage, "--max cannot be negative").WithHint("0 is for all")
	}
	return out, nil
}

func idSet(ids []string) map[string]bool {
	out := map[string]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}
