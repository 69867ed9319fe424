package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/daemon"
)

func newLocal(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "local", Short: "Start, stop and reset the local platform", GroupID: groupStart, Args: noSuchCommand,
		Long: "The local platform is the AWS inside keyvex, for the environment local. It starts by\n" +
			"itself when a command needs it, and ends when idle; its state stays until reset.",
		Example: "  keyvex local up\n  keyvex local traffic --for 1m",
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLocalUp(a), newLocalDown(a), newLocalStatus(a), newLocalReset(a), newLocalTraffic(a), newLocalChaos(a))
	return cmd
}

// ensureLocal finds the local platform or starts it, and says so in one line.
func (a *app) ensureLocal(ctx context.Context) (*cloud.Local, error) {
	dirs, err := a.dirs()
	if err != nil {
		return nil, err
	}
	info, started, err := daemon.Ensure(ctx, daemon.Options{Folder: dirs.State})
	if err != nil {
		return nil, err
	}
	if started {
		a.note("local AWS on %s, nothing leaves this machine", present.HostOf(info.Endpoint))
		for _, notice := range info.Notices {
			a.note("%s", notice)
		}
	}
	id, secret, err := daemon.Credentials(dirs.State)
	if err != nil {
		return nil, err
	}
	return &cloud.Local{Endpoint: info.Endpoint, Region: info.Region, AccessKeyID: id, SecretKey: secret, CAFile: info.CAFile}, nil
}

// leaseLocal keeps the local platform as long as this process lives, or what it
// turns into.
func (a *app) leaseLocal(ctx context.Context) error {
	dirs, err := a.dirs()
	if err != nil {
		return err
	}
	return daemon.Lease(ctx, dirs.State, os.Getpid())
}

// localStatus tells about the local platform without starting it.
func (a *app) localStatus(ctx context.Context) (daemon.Info, config.Dirs, error) {
	dirs, err := a.dirs()
	if err != nil {
		return daemon.Info{}, dirs, err
	}
	info, err := daemon.Status(ctx, dirs.State)
	return info, dirs, err
}

// localKnown reports whether there is, or was, a local platform.
func (a *app) localKnown() bool {
	dirs, err := a.dirs()
	if err != nil {
		return false
	}
	_, _, err = daemon.Credentials(dirs.State)
	return err == nil
}

type localUpOptions struct {
	*app
	port int
	pace float64
}

func newLocalUp(a *app) *cobra.Command {
	o := &localUpOptions{app: a}
	cmd := &cobra.Command{
		Use: "up", Short: "Start the local platform and keep it running", Args: noArguments,
		Example: "  keyvex local up\n  keyvex local up --port 4600 --pace 1",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalUp(cmd.Context(), o) },
	}
	cmd.Flags().IntVar(&o.port, "port", 0, "listen on this `port` (else 4599, or a free one)")
	cmd.Flags().Float64Var(&o.pace, "pace", 0, "divide the real-world durations of resources by this `factor` (else 80)")
	return cmd
}

func runLocalUp(ctx context.Context, o *localUpOptions) error {
	if o.port < 0 || o.port > 65535 {
		return problem.New(problem.Usage, "--port cannot be %d", o.port).WithHint("1 to 65535")
	}
	if o.pace < 0 {
		return problem.New(problem.Usage, "--pace cannot be negative").WithHint("1 is real time, 80 makes 9 seconds of 12 minutes")
	}
	dirs, err := o.dirs()
	if err != nil {
		return err
	}
	info, started, err := daemon.Ensure(ctx, daemon.Options{Folder: dirs.State, Port: o.port, Pace: o.pace, Explicit: true})
	if err != nil {
		return err
	}
	switch {
	case o.flags.json:
		return o.document(info)
	case started:
		o.print("local AWS on " + present.HostOf(info.Endpoint) + ", it runs until keyvex local down")
	default:
		o.print("already running on " + present.HostOf(info.Endpoint) + ", it runs until keyvex local down")
	}
	for _, notice := range info.Notices {
		o.note("%s", notice)
	}
	return nil
}

func newLocalDown(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "down", Short: "Stop the local platform; its state stays", Args: noArguments,
		Example: "  keyvex local down",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalDown(cmd.Context(), a) },
	}
}

func runLocalDown(ctx context.Context, a *app) error {
	dirs, err := a.dirs()
	if err != nil {
		return err
	}
	stopped, err := daemon.Stop(ctx, dirs.State)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(map[string]bool{"stopped": stopped})
	}
	if stopped {
		a.print("stopped; its state stays in " + dirs.State)
	} else {
		a.print("it was not running")
	}
	return nil
}

func newLocalStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Say whether the local platform runs, and where", Args: noArguments,
		Example: "  keyvex local status\n  keyvex local status --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalStatus(cmd.Context(), a) },
	}
}

func runLocalStatus(ctx context.Context, a *app) error {
	info, dirs, err := a.localStatus(ctx)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(info)
	}
	if !info.Running {
		a.print("not running; the first command on local starts it")
		return nil
	}
	rows := [][2]string{
		{"endpoint", info.Endpoint}, {"account", info.Account + ", " + info.Region},
		{"since", present.Age(info.StartedAt, a.clock.Now())}, {"state", dirs.State}, {"log", daemon.LogPath(dirs.State)},
	}
	a.print(a.outLook().Facts("running", rows)...)
	return nil
}

func newLocalReset(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "reset", Short: "Stop the local platform and forget everything in it", Args: noArguments,
		Example: "  keyvex local reset --yes",
		RunE:    func(cmd *cobra.Command, _ []string) error { return runLocalReset(cmd.Context(), a) },
	}
}

func runLocalReset(ctx context.Context, a *app) error {
	dirs, err := a.dirs()
	if err != nil {
		return err
	}
	if a.localKnown() {
		a.note("everything deployed to local, with all its data, goes: %s", dirs.State)
		local, err := platform.ParseEnvironment(platform.Local)
		if err != nil {
			return err
		}
		if err := a.confirmName(ctx, local); err != nil {
			return err
		}
	}
	if err := daemon.Reset(ctx, dirs.State); err != nil {
		return err
	}
	if a.flags.json {
		return a.document(map[string]bool{"reset": true})
	}
	a.print("the local platform is as new")
	return nil
}
