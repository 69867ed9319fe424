// Package process runs each instance of a function as an operating system process:
// this program once more, which fetches its invocations over Lambda's Runtime API.
//
//	https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
//
// The environment variable platform.FunctionMarker has the function's short name. The
// process must look at it first of all, and end itself when its standard input does.
package process

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// Runner starts processes.
type Runner struct {
	folder string
	random io.Reader

	mu        sync.Mutex
	program   string
	api       *api
	instances map[*instance]struct{}
}

// New makes a runner that keeps a hard link to this program in the folder, so that
// a rebuilt one does not disturb it. An empty folder means to run the program where
// it is. Nothing is opened before the first Start.
func New(folder string, random io.Reader) *Runner {
	return &Runner{folder: folder, random: random, instances: map[*instance]struct{}{}}
}

// Start starts a process and waits until it asks for its first invocation.
func (r *Runner) Start(ctx context.Context, spec runner.Spec) (runner.Instance, error) {
	i, err := r.launch(spec)
	if err != nil {
		return nil, err
	}
	select {
	case <-i.asked:
		return i, nil
	case <-i.gone:
		return nil, i.failure()
	case <-ctx.Done():
		i.Stop()
		return nil, ctx.Err()
	}
}

func (r *Runner) launch(spec runner.Spec) (*instance, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.prepare(); err != nil {
		return nil, err
	}
	raw := make([]byte, 16)
	if _, err := io.ReadFull(r.random, raw); err != nil {
		return nil, err
	}
	i := newInstance(hex.EncodeToString(raw))
	r.api.add(i.session)
	command := exec.Command(r.program)
	command.Args, command.Dir = []string{spec.Program}, "/"
	command.Env = r.environment(spec, i.token)
	command.SysProcAttr = attributes()
	if err := i.start(command, spec.Output); err != nil {
		r.api.remove(i.session)
		return nil, &runner.Failure{Type: runner.InvalidEntrypoint, Message: err.Error()}
	}
	r.instances[i] = struct{}{}
	go func() {
		i.wait()
		r.forget(i)
		close(i.gone)
	}()
	return i, nil
}

func (r *Runner) forget(i *instance) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.instances, i)
	r.api.remove(i.session)
}

// environment is the spec's variables, and what leads the process to its work.
func (r *Runner) environment(spec runner.Spec, token string) []string {
	all := maps.Clone(spec.Variables)
	if all == nil {
		all = map[string]string{}
	}
	all["AWS_LAMBDA_RUNTIME_API"] = r.api.address + "/" + token
	all[platform.FunctionMarker] = spec.Program
	out := make([]string, 0, len(all))
	for name, value := range all {
		out = append(out, name+"="+value)
	}
	return out
}

// prepare opens the Runtime API and finds the program, once. The caller holds mu.
func (r *Runner) prepare() error {
	if r.instances == nil {
		return errors.New("the function runner is closed")
	}
	if r.program == "" {
		program, err := os.Executable()
		if err != nil {
			return err
		}
		r.program = r.link(program)
	}
	if r.api != nil {
		return nil
	}
	sealDescriptors()
	var err error
	r.api, err = listen()
	return err
}

// link gives a hard link to the program, or the program itself where there can be
// none: the folder may be on another disk.
func (r *Runner) link(program string) string {
	if r.folder == "" {
		return program
	}
	linked := filepath.Join(r.folder, "function")
	_ = os.Remove(linked) // that of an earlier build, if there is one
	if os.MkdirAll(r.folder, 0o700) != nil || os.Link(program, linked) != nil {
		return program
	}
	return linked
}

// Close kills all processes and waits for them. A second one does nothing.
func (r *Runner) Close() error {
	r.mu.Lock()
	open, api := r.instances, r.api
	r.instances = nil
	all := make([]*instance, 0, len(open))
	for i := range open {
		all = append(all, i)
	}
	r.mu.Unlock()
	for _, i := range all {
		i.Stop()
	}
	if api == nil {
		return nil
	}
	return api.close()
}
