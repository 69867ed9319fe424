package cli

import (
	"github.com/spf13/cobra"
)

func newLogs(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "logs", Short: "Follow and search the logs", GroupID: groupLook, Args: noSuchCommand,
		Long:    "logs reads the logs of the functions and the access logs of the APIs.",
		Example: "  keyvex logs tail\n  keyvex logs tail ai-processor --level warn --since 1h",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLogsTail(a), newLogsInvocations(a), newLogsShow(a), newLogsJob(a), newLogsErrors(a), newLogsQuery(a))
	return cmd
}
