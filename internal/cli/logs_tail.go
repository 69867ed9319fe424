package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
)

type tailOptions struct {
	*app
	functions            []string
	since, until         string
	pattern, grep, level string
	request, format      string
	follow, noFollow     bool
	live, utc            bool
	lines                int

	filter logs.Filter
	groups []logs.Group
	style  present.LogStyle
	reader *logs.Reader
	// held are the last lines of the backlog, while it is read for --lines.
	held []logs.Entry
	// entries are those of the lines that came last.
	entries []logs.Entry
	out     *bufio.Writer
	// noted is when a notice of each kind was shown last.
	noted map[logs.Matter]time.Time
	// missing counts the groups that are not there.
	missing int
}

// The formats of lines.
const (
	formatPretty = "pretty"
	formatFull   = "full"
	formatRaw    = "raw"
	formatJSON   = "json"
)

var formats = []string{formatPretty, formatFull, formatRaw, formatJSON}

func newLogsTail(a *app) *cobra.Command {
	o := &tailOptions{app: a}
	cmd := &cobra.Command{
		Use: "tail [FUNCTION...]", Short: "Follow the functions' logs in one stream", ValidArgs: logs.Names(),
		Long:    "All functions and both APIs (rest, websocket); free, --live $0.01 a minute.",
		Example: "  keyvex logs tail ai-processor --since 1h --level warn",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.functions = args
			return runLogsTail(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.since, "since", "10m", "`when`: 15m, 12:00, 2026-11-22T10:00Z, @cursor")
	flags.StringVar(&o.until, "until", "", "up to `when`; implies --no-follow once it is past")
	flags.StringVar(&o.pattern, "filter", "", "only what matches CloudWatch's filter `pattern`")
	flags.StringVar(&o.grep, "grep", "", "only lines that match the `regexp`")
	flags.StringVar(&o.level, "level", "", "only this `level` and above: debug, info, warn, error")
	flags.StringVar(&o.request, "request", "", "only the invocation whose request `id` begins so")
	flags.BoolVar(&o.follow, "follow", true, "wait for new lines")
	flags.BoolVar(&o.noFollow, "no-follow", false, "end with what there is")
	flags.IntVarP(&o.lines, "lines", "n", 0, "only the last `number` of what there is")
	flags.StringVar(&o.format, "format", formatPretty, "`form`: pretty, full, raw, json")
	flags.BoolVar(&o.utc, "utc", false, "times in UTC")
	flags.BoolVar(&o.live, "live", false, "by Live Tail: new lines within a second")
	_ = flags.MarkHidden("follow")
	complete(cmd, "level", line.Levels)
	complete(cmd, "format", func() []string { return formats })
	return cmd
}

// check parses the flags that need no environment.
func (o *tailOptions) check() (err error) {
	if o.flags.json {
		o.format = formatJSON
	}
	if !slices.Contains(formats, o.format) {
		return problem.New(problem.Usage, "--format cannot be %q", o.format).WithHint("%s", strings.Join(formats, ", "))
	}
	if o.lines < 0 {
		return problem.New(problem.Usage, "--lines cannot be %d", o.lines).WithHint("for example --lines 50")
	}
	if o.level != "" {
		level, ok := line.ParseLevel(o.level)
		if !ok {
			return problem.New(problem.Usage, "--level cannot be %q", o.level).WithHint("%s", strings.Join(line.Levels(), ", "))
		}
		o.filter.Level = level
	}
	if o.grep != "" {
		if o.filter.Grep, err = regexp.Compile(o.grep); err != nil {
			return problem.New(problem.Usage, "--grep: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: ")).
				WithHint("Go's regular expressions, as grep -E; quote them for the shell").WithCause(err)
		}
	}
	o.filter.Request = o.request
	return nil
}

// window says from when to when, and where to go on.
func (o *tailOptions) window(into *logs.Options) (err error) {
	now := o.clock.Now()
	if o.utc {
		now = now.UTC()
	}
	into.Follow = o.follow && !o.noFollow
	if id, ok := strings.CutPrefix(o.since, "@"); ok {
		into.Resume, err = o.loadCursor(id)
		into.From = now.Add(-logs.Window)
	} else {
		into.From, err = logs.ParseTime(o.since, now)
	}
	if err != nil || o.until == "" {
		return err
	}
	if into.To, err = logs.ParseTime(o.until, now); err != nil {
		return err
	}
	if into.To.Before(into.From) {
		return problem.New(problem.Usage, "--until is before --since").WithHint("--since 2h --until 1h is an hour")
	}
	into.Follow = into.Follow && into.To.After(now)
	return nil
}

func runLogsTail(ctx context.Context, o *tailOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if _, err := logs.FindGroups(platform.Environment{}, o.functions); err != nil {
		return err
	}
	var options logs.Options
	if err := o.window(&options); err != nil {
		return err
	}
	at, err := o.stand(ctx)
	if err != nil {
		return err
	}
	if o.groups, err = logs.FindGroups(at.choice.Environment, o.functions); err != nil {
		return err
	}
	if len(o.functions) == 0 {
		o.groups = logs.Groups(at.choice.Environment)
	}
	options.Groups, options.Pattern, options.Live = o.groups, o.pattern, o.live
	options.Account, options.Region, options.Budget = at.who.Account, at.session.Region(), at.reading
	options.Clock, options.Random = o.clock, o.random
	o.prepare()
	if o.live && !at.session.Loopback() {
		o.note("Live Tail costs $0.01 a minute after 1,800 minutes of the month; without --live following is free")
	}
	err = o.tail(ctx, at.session.Logs(), options)
	if err == nil && o.missing == len(o.groups) && !options.Follow {
		return problem.New(problem.NotFound, "%s has none of these logs in account %s, %s", at.choice.Environment, at.who.Account, at.session.Region()).
			WithHint("keyvex deploy -e %s", at.choice.Environment)
	}
	return err
}

// frugal is the garbage collector's percentage for a command that runs all day: less
// than half the usual, for a tenth more time.
const frugal = 40

func (o *tailOptions) prepare() {
	debug.SetGCPercent(frugal)
	o.reader, o.noted = logs.NewReader(), map[logs.Matter]time.Time{}
	o.out = bufio.NewWriterSize(o.app.out, 1<<16)
	now := o.clock.Now()
	o.style = present.LogStyle{Look: o.outLook(), Zone: now.Location(), Today: now, Groups: o.groups, Wrap: o.terminal.out, Fold: o.terminal.out, Unfold: o.format == formatFull}
	if o.utc {
		o.style.Zone = time.UTC
	}
}

// tail shows what the groups hold until it is told to stop, or nobody reads on.
func (o *tailOptions) tail(ctx context.Context, api logs.API, options logs.Options) error {
	backlog := o.lines > 0
	for e, err := range logs.Follow(ctx, api, options) {
		if err != nil {
			return err
		}
		if o.plain() && !backlog {
			for _, l := range e.Lines {
				o.raw(l.Message)
			}
		} else {
			o.choose(e.Lines, backlog)
		}
		if backlog && (e.CaughtUp || e.Cursor != nil) {
			backlog = false
			o.show(o.held[max(0, len(o.held)-o.lines):]...)
			o.held = nil
		}
		if err := o.tell(ctx, e, options.Follow); err != nil {
			return err
		}
		_ = o.out.Flush() // a failure is the stream's, which remembers it
		if o.app.out.gone() {
			return nil
		}
	}
	return nil
}

// plain tells that nothing of a line needs to be understood.
func (o *tailOptions) plain() bool { return o.format == formatRaw && o.filter == logs.Filter{} }

// choose understands lines, and shows or holds those that are wanted.
func (o *tailOptions) choose(lines []logs.Line, backlog bool) {
	o.entries = o.entries[:0]
	for _, l := range lines {
		o.entries = append(o.entries, o.reader.Read(l))
	}
	for together := range logs.Together(o.entries) {
		switch {
		case !o.filter.Match(together):
		case backlog:
			o.hold(together)
		default:
			o.show(together...)
		}
	}
}

// hold keeps the last lines, and up to as many before them.
func (o *tailOptions) hold(entries []logs.Entry) {
	if o.held = append(o.held, entries...); len(o.held) > 2*o.lines {
		o.held = append(o.held[:0], o.held[len(o.held)-o.lines:]...)
	}
}

func (o *tailOptions) show(entries ...logs.Entry) {
	for _, e := range entries {
		o.showOne(e)
	}
}

func (o *tailOptions) showOne(e logs.Entry) {
	switch o.format {
	case formatJSON:
		o.row(present.Tail(e, o.groups))
	case formatRaw:
		o.raw(e.Message)
	default:
		for _, text := range o.style.LogLines(e) {
			_, _ = o.out.WriteString(text)
			_ = o.out.WriteByte('\n')
		}
	}
}

// raw writes a message as it is, but to a terminal.
func (o *tailOptions) raw(message string) {
	if o.terminal.out {
		message = present.Harmless(message)
	}
	_, _ = o.out.WriteString(strings.TrimSuffix(message, "\n"))
	_ = o.out.WriteByte('\n')
}

// row writes an object in a line of its own.
func (o *tailOptions) row(v any) {
	encoder := json.NewEncoder(o.out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // what the stream has failed with is told at the end
}

// repeatNotice is after what time a notice of the same matter is shown again.
const repeatNotice = 10 * time.Second

// tell shows what is no line: a notice, and at the end the cursor.
func (o *tailOptions) tell(ctx context.Context, e logs.Event, follow bool) error {
	if n := e.Notice; n != nil {
		if n.Matter == logs.Missing {
			o.missing++
		}
		switch now := o.clock.Now(); {
		case o.format == formatJSON:
			o.row(present.TailNotice(*n, o.groups))
		case n.Matter == logs.Missing || now.Sub(o.noted[n.Matter]) >= repeatNotice:
			o.noted[n.Matter] = now
			o.note("%s", present.LogNoticeLine(*n, o.groups))
		}
	}
	if e.Cursor == nil || ctx.Err() == nil && !follow {
		return nil
	}
	id, err := o.saveCursor(e.Cursor)
	if err != nil {
		o.note("the place to go on from could not be kept: %s", err)
		return nil
	}
	if o.format == formatJSON {
		o.row(present.TailNoticeRow{Event: "cursor", Cursor: "@" + id})
		return nil
	}
	o.note("go on from here: %s", o.again(id))
	return nil
}

// again is the command that goes on from a cursor.
func (o *tailOptions) again(id string) string {
	words := append([]string{"keyvex logs tail"}, o.functions...)
	if o.flags.env != "" {
		words = append(words, "-e "+o.flags.env)
	}
	if o.pattern != "" {
		words = append(words, fmt.Sprintf("--filter %q", o.pattern))
	}
	return strings.Join(append(words, "--since @"+id), " ")
}
