package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs/job"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

func newLogsJob(a *app) *cobra.Command {
	o := &logsOptions{app: a}
	cmd := &cobra.Command{
		Use: "job JOB_ID", Short: "Show a job's way across the functions", Args: oneID("JOB_ID", "keyvex logs invocations shows them"),
		Long: "Each station of a job, an interaction or a lead with the time since the one before:\n" +
			"when the queue took it, each receive, the provider's answer, what became of it. The\n" +
			"API's request is shown where it can be told by its time from all others.",
		Example: "  keyvex logs job job-36406975069fee43",
		RunE:    func(cmd *cobra.Command, args []string) error { return runLogsJob(cmd.Context(), o, args[0]) },
	}
	o.bind(cmd, "24h")
	return cmd
}

func runLogsJob(ctx context.Context, o *logsOptions, id string) error {
	if err := o.look(ctx, nil); err != nil {
		return err
	}
	reader := o.reader()
	way, err := job.Follow(ctx, reader, o.span, id)
	if err != nil {
		return err
	}
	if len(way.Stations) == 0 {
		return o.notThere("job", id)
	}
	if err := way.REST(ctx, reader, o.choice.Environment); err != nil && !problem.Is(err, problem.NotFound) {
		return err
	}
	if o.flags.json {
		return o.document(present.JobWay(o.place(), way))
	}
	o.print(o.outLook().WayTable(way, o.now.Location())...)
	o.note("%s in %s; keyvex logs show %s has the lines", present.Count(len(way.Stations), "station"), present.Fine(way.Took()), id)
	return nil
}
