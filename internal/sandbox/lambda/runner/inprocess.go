package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
)

// Handler answers the invocations of one instance. An error becomes an error object
// as the Go runtime client makes it.
type Handler func(ctx context.Context, in Invocation) ([]byte, error)

// Factory makes the handler of a new instance: Lambda's init phase. The handler may
// write lines to the spec's Output while it works.
type Factory func(Spec) (Handler, error)

// InProcess runs handlers by the short names of their functions, within this
// process. A handler must heed its context: it cannot be killed.
type InProcess map[string]Factory

// Start makes a handler.
func (p InProcess) Start(_ context.Context, spec Spec) (Instance, error) {
	factory, ok := p[spec.Program]
	if !ok {
		return nil, &Failure{InvalidEntrypoint, fmt.Sprintf("no function %q is carried here", spec.Program)}
	}
	handler, err := factory(spec)
	if err != nil {
		return nil, &Failure{ExitError, err.Error()}
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &inProcess{handler: handler, ctx: ctx, cancel: cancel, gone: make(chan struct{})}, nil
}

// Close has nothing to end: instances that work are stopped by who invoked them.
func (InProcess) Close() error { return nil }

type inProcess struct {
	handler Handler
	ctx     context.Context // the life of the instance
	cancel  context.CancelFunc
	once    sync.Once
	gone    chan struct{}
}

type outcome struct {
	reply Reply
	dead  *Failure
}

func (i *inProcess) Invoke(ctx context.Context, in Invocation) (Reply, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(i.ctx, cancel)()
	done := make(chan outcome, 1)
	go func() { done <- i.call(ctx, in) }()
	select {
	case o := <-done:
		if o.dead != nil {
			i.Stop()
		}
		return o.reply, nil
	case <-ctx.Done():
		if i.ctx.Err() != nil {
			return Reply{}, &Failure{ExitError, "Runtime exited with error: signal: killed"}
		}
		return Reply{}, ctx.Err()
	}
}

// call runs the handler. A panic is answered, and ends the instance, as with the
// runtime client for Go.
func (i *inProcess) call(ctx context.Context, in Invocation) (o outcome) {
	defer func() {
		if thrown := recover(); thrown != nil {
			text := fmt.Sprint(thrown)
			o = outcome{failed(text, typeName(thrown)), &Failure{ExitError, text}}
		}
	}()
	payload, err := i.handler(ctx, in)
	if err != nil {
		return outcome{reply: failed(err.Error(), typeName(err))}
	}
	return outcome{reply: Reply{Payload: payload}}
}

func failed(message, kind string) Reply {
	return Reply{Payload: ErrorObject(kind, message), Failed: true}
}

// ErrorObject is Lambda's error object for a function error.
func ErrorObject(kind, message string) []byte {
	object, err := json.Marshal(struct {
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{message, kind})
	if err != nil {
		panic("runner: " + err.Error())
	}
	return object
}

// typeName is the name of a value's type as the runtime client for Go reports it.
func typeName(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		return t.Elem().Name()
	}
	return t.Name()
}

func (i *inProcess) Stop() {
	i.cancel()
	i.once.Do(func() { close(i.gone) })
}

func (i *inProcess) Gone() <-chan struct{} { return i.gone }

func (i *inProcess) MaxMemory() int64 { return 0 }
