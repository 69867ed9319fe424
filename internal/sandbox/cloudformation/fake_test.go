package cloudformation

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// world is a service whose resources live in a map: "Test::Thing" with a custom
// name, a property Size that can change and one, Kind, that cannot.
type world struct {
	mu    sync.Mutex
	live  map[string]map[string]any // physical id to properties
	tags  map[string]map[string]string
	calls []string
	// fail gives the error of the n-th call (from 0), if any.
	fail func(call string) error
	made int
	// saved has what lives in the sandbox's state.
	saved *state.Map[map[string]any]
}

func newWorld(s *state.Store) *world {
	w := &world{live: map[string]map[string]any{}, tags: map[string]map[string]string{}, saved: state.NewMap[map[string]any](s, "test/things")}
	maps.Insert(w.live, w.saved.All())
	return w
}

func (w *world) keep(id string, r resource.Request) {
	w.live[id], w.tags[id] = maps.Clone(r.Properties), r.Tags
	w.saved.Set(id, w.live[id])
}

func (w *world) note(verb string, r resource.Request) error {
	call := verb + " " + r.LogicalID
	w.calls = append(w.calls, call)
	if w.fail != nil {
		return w.fail(call)
	}
	return nil
}

type thing struct {
	Name, Kind, Size, Secret, Needs string
	List                            []any
}

func attributes(physicalID string, properties map[string]any) map[string]any {
	size, _ := resource.Text(properties["Size"])
	return map[string]any{"Arn": "arn:thing/" + physicalID, "Size": size}
}

func (w *world) create(_ context.Context, r resource.Request) (resource.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.note("create", r); err != nil {
		return resource.Result{}, err
	}
	if err := resource.Decode(r.Properties, &thing{}); err != nil {
		return resource.Result{}, err
	}
	id, ok := r.Properties["Name"].(string)
	if !ok {
		id = r.StackName + "-" + r.LogicalID + "-" + r.Token
	}
	if _, taken := w.live[id]; taken {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: id + " exists"}
	}
	w.keep(id, r)
	return resource.Result{PhysicalID: id, Attributes: attributes(id, r.Properties)}, nil
}

func (w *world) update(_ context.Context, r resource.Request) (resource.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.note("update", r); err != nil {
		return resource.Result{}, err
	}
	if err := resource.Decode(r.Properties, &thing{}); err != nil {
		return resource.Result{}, err
	}
	if _, ok := w.live[r.PhysicalID]; !ok {
		return resource.Result{}, &resource.Error{Code: "NotFound", Message: r.PhysicalID + " is not there"}
	}
	w.keep(r.PhysicalID, r)
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: attributes(r.PhysicalID, r.Properties)}, nil
}

func (w *world) delete(_ context.Context, r resource.Request) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.note("delete", r); err != nil {
		return err
	}
	delete(w.live, r.PhysicalID)
	w.saved.Delete(r.PhysicalID)
	return nil
}

func (w *world) read(_ context.Context, id string) (map[string]any, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.live[id]
	return maps.Clone(p), ok, nil
}

func (w *world) find(ctx context.Context, properties map[string]any) (resource.Result, bool, error) {
	name, _ := properties["Name"].(string)
	p, ok, _ := w.read(ctx, name)
	return resource.Result{PhysicalID: name, Attributes: attributes(name, p)}, ok && name != "", nil
}

func (w *world) types() []resource.Type {
	return []resource.Type{{
		Name: "Test::Thing", NameProperty: "Name", CreateOnly: []string{"Name", "Kind"}, WriteOnly: []string{"Secret"},
		Times:  resource.Times{Create: 10 * time.Second, Update: 5 * time.Second, Delete: 3 * time.Second},
		Create: w.create, Update: w.update, Delete: w.delete, Read: w.read, Find: w.find,
	}, {
		Name:    "Test::Slow",
		TimesOf: func(map[string]any) resource.Times { return resource.Times{Create: time.Minute, Delete: time.Minute} },
		Create:  w.create, Delete: w.delete, Read: w.read,
	}, {
		Name: "AWS::IAM::Role", NameProperty: "RoleName", Create: w.create, Delete: w.delete, Read: w.read,
	}}
}

func newHost() *host.Host {
	return &host.Host{
		Account: "123456789012", Region: "eu-central-1", Endpoint: "http://127.0.0.1:4599",
		Clock: clock.Wall{}, Random: rand.Reader, State: state.Memory(),
	}
}

// bench is a service at work in a test.
type bench struct {
	*Service
	t *testing.T
	w *world
}

func newBench(t *testing.T, pace float64, lookups Lookups) *bench {
	t.Helper()
	h := newHost()
	w := newWorld(h.State)
	s := New(h, pace, w.types(), lookups)
	t.Cleanup(s.Close)
	return &bench{Service: s, t: t, w: w}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// deploy makes and executes a change set, and waits until nothing is under way.
func (b *bench) deploy(name, body string, kind types.ChangeSetType, more ...func(*cfn.CreateChangeSetInput, *cfn.ExecuteChangeSetInput)) types.Stack {
	b.t.Helper()
	create := &cfn.CreateChangeSetInput{StackName: &name, ChangeSetName: new(fmt.Sprintf("c%d", b.w.made)), TemplateBody: &body, ChangeSetType: kind}
	execute := &cfn.ExecuteChangeSetInput{StackName: &name, ChangeSetName: create.ChangeSetName}
	for _, change := range more {
		change(create, execute)
	}
	b.w.made++
	must[*cfn.CreateChangeSetOutput](b.t)(b.CreateChangeSet(b.t.Context(), create))
	must[*cfn.ExecuteChangeSetOutput](b.t)(b.ExecuteChangeSet(b.t.Context(), execute))
	return b.settled(name)
}

// settled waits for the stack's operations to end and describes it.
func (b *bench) settled(name string) types.Stack {
	b.t.Helper()
	id := *b.describe(name).StackId
	for {
		b.mu.Lock()
		_, busy := b.db.operations.Get(id)
		b.mu.Unlock()
		if !busy {
			return b.describe(id)
		}
		time.Sleep(100 * time.Microsecond)
	}
}

func (b *bench) describe(name string) types.Stack {
	b.t.Helper()
	out := must[*cfn.DescribeStacksOutput](b.t)(b.DescribeStacks(b.t.Context(), &cfn.DescribeStacksInput{StackName: &name}))
	return out.Stacks[0]
}

// story tells the events of a stack, oldest first, as "Logical STATUS reason".
func (b *bench) story(name string) []string {
	b.t.Helper()
	out := must[*cfn.DescribeStackEventsOutput](b.t)(b.DescribeStackEvents(b.t.Context(), &cfn.DescribeStackEventsInput{StackName: &name}))
	var lines []string
	for i := len(out.StackEvents) - 1; i >= 0; i-- {
		e := out.StackEvents[i]
		line := *e.LogicalResourceId + " " + string(e.ResourceStatus)
		if e.ResourceStatusReason != nil {
			line += " " + *e.ResourceStatusReason
		}
		lines = append(lines, line)
	}
	return lines
}
