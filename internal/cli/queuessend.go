package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
)

type queuesSendOptions struct {
	*app
	file      string
	unchecked bool
}

func newQueuesSend(a *app) *cobra.Command {
	o := &queuesSendOptions{app: a}
	cmd := &cobra.Command{
		Use: "send QUEUE [BODY]", Short: "Send a message to a queue", Args: oneQueue(1),
		Long: "send takes the body as an argument, from --file, or from standard input, and holds it\n" +
			"against the schema of the queue's messages.",
		Example:           "  keyvex queues send ai-processing --file job.json",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesSend(cmd.Context(), o, args) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	cmd.Flags().StringVar(&o.file, "file", "", "read the body from a `file`, - for standard input")
	cmd.Flags().BoolVar(&o.unchecked, "unchecked", false, "send it even if the schema refuses it")
	return cmd
}

// sentRow is the document of keyvex queues send.
type sentRow struct {
	Queue string `json:"queue"`
	ID    string `json:"id"`
	// MaybeTwice is set when a first try broke off and may have arrived.
	MaybeTwice bool `json:"maybeTwice,omitempty"`
}

func runQueuesSend(ctx context.Context, o *queuesSendOptions, args []string) error {
	name, err := queues.FindName(args[0])
	if err != nil {
		return err
	}
	body, err := o.body(args[1:])
	if err != nil {
		return err
	}
	if faults := queues.Validate(name, body); len(faults) > 0 && !o.unchecked {
		return problem.New(problem.Refused, "the consumer of %s would refuse this: %s", name, strings.Join(faults, ", ")).
			WithHint("--unchecked sends it all the same")
	}
	at, err := o.atQueueToWrite(ctx, args[0])
	if err != nil {
		return err
	}
	message, err := at.SendBody(ctx, name, body)
	if err != nil {
		return err
	}
	if o.flags.json {
		return o.document(sentRow{name.String(), message.ID, message.Doubt})
	}
	if message.Doubt {
		o.note("a first try broke off: the message may have been sent twice")
	}
	o.print(message.ID)
	return nil
}

func (o *queuesSendOptions) body(args []string) (string, error) {
	switch {
	case len(args) == 1 && o.file != "":
		return "", problem.New(problem.Usage, "the body is given twice").WithHint("as an argument, or by --file")
	case len(args) == 1:
		return args[0], nil
	case o.file != "" && o.file != "-":
		text, err := os.ReadFile(o.file)
		if err != nil {
			return "", problem.New(problem.Usage, "%s", err).WithHint("--file names a file with the body").WithCause(err)
		}
		return string(bytes.TrimSuffix(text, []byte("\n"))), nil
	case o.terminal.in && o.file == "":
		return "", problem.New(problem.Usage, "the body is missing").WithHint("as an argument, from --file, or from standard input")
	}
	text, err := io.ReadAll(o.in)
	return string(bytes.TrimSuffix(text, []byte("\n"))), err
}

type queuesFileOptions struct {
	*app
	selectionFlags
	skip         int
	sourceAnyway bool
}

func newQueuesExport(a *app) *cobra.Command {
	o := &queuesFileOptions{app: a}
	cmd := &cobra.Command{
		Use: "export QUEUE FILE", Short: "Write messages to a file, one JSON object a line", Args: oneQueueAndFile,
		Long: "export peeks and writes each message to the file. Cut off, the same command carries\n" +
			"on: what is in the file is not written again. The messages stay in the queue.",
		Example:           "  keyvex queues export email-dlq dead.jsonl -e production",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesExport(cmd.Context(), o, args) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	o.bind(cmd, 0)
	cmd.Flags().BoolVar(&o.sourceAnyway, "source-anyway", false, "export a source queue, though each receive brings its messages nearer to death")
	return cmd
}

type fileDocument struct {
	Queue string `json:"queue"`
	File  string `json:"file"`
	// Messages are in the file, or were sent from it.
	Messages int `json:"messages"`
	// Line is the last one that an import has sent.
	Line       int      `json:"line,omitempty"`
	MaybeTwice []string `json:"maybeTwice,omitempty"`
}

func runQueuesExport(ctx context.Context, o *queuesFileOptions, args []string) error {
	selection, err := o.selection(o.app)
	if err != nil {
		return err
	}
	at, err := o.atQueue(ctx, args[0])
	if err != nil {
		return err
	}
	n := 0
	for n, err = range at.Export(ctx, at.name, args[1], queues.PeekOptions{Selection: selection, SourceAnyway: o.sourceAnyway}) {
		if err != nil {
			return err
		}
	}
	if o.flags.json {
		return o.document(fileDocument{Queue: at.name.String(), File: args[1], Messages: n})
	}
	o.note("%s in %s", present.Count(n, "message"), args[1])
	return nil
}

func newQueuesImport(a *app) *cobra.Command {
	o := &queuesFileOptions{app: a}
	cmd := &cobra.Command{
		Use: "import QUEUE FILE", Short: "Send the messages of an export", Args: oneQueueAndFile,
		Long:              "import sends each line of the file. Cut off, it says how many lines were sent; --skip\nleaves those out.",
		Example:           "  keyvex queues import email dead.jsonl -e development\n  keyvex queues import email dead.jsonl --skip 120",
		RunE:              func(cmd *cobra.Command, args []string) error { return runQueuesImport(cmd.Context(), o, args) },
		ValidArgsFunction: queueNames(queues.Names()),
	}
	cmd.Flags().IntVar(&o.skip, "skip", 0, "leave out the first `lines`")
	return cmd
}

func runQueuesImport(ctx context.Context, o *queuesFileOptions, args []string) error {
	file, err := os.Open(args[1])
	if err != nil {
		return problem.New(problem.Usage, "%s", err).WithHint("name a file of keyvex queues export").WithCause(err)
	}
	defer func() { _ = file.Close() }()
	at, err := o.atQueueToWrite(ctx, args[0])
	if err != nil {
		return err
	}
	var state queues.Imported
	for state, err = range at.Import(ctx, at.name, file, o.skip) {
	}
	if o.flags.json && err == nil {
		return o.document(fileDocument{at.name.String(), args[1], state.Sent, state.Line, state.Doubtful})
	}
	o.note("%s sent, up to line %d", present.Count(state.Sent, "message"), state.Line)
	if len(state.Refused) > 0 {
		o.note("SQS takes in no case the lines %s", strings.Trim(fmt.Sprint(state.Refused), "[]"))
	}
	if len(state.Doubtful) > 0 {
		o.note("may be sent twice, or will be when it is carried on: %s", strings.Join(state.Doubtful, ", "))
	}
	return err
}
