package cli

import "github.com/spf13/cobra"

// commands lists all commands, in the order of the help text.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newLocal(a), newDotenv(a), newRun(a),
		newDeploy(a), newDiff(a), newDestroy(a), newBootstrap(a),
		newTUI(a), newStatus(a), newOutputs(a), newEnvs(a), newLogs(a),
		newSecrets(a),
		newQueues(a), newFunctions(a),
		newMetrics(a), newAlarms(a), newChanges(a),
		newSynth(a), newEject(a),
		newVersion(a), newCompletion(a),
	}
}
