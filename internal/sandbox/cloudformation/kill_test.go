package cloudformation

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

var (
	oldDesign = design{
		"A": {size: "1", kind: "x"}, "B": {size: "1", kind: "x", needs: "A"}, "C": {size: "1", kind: "x", needs: "B"}, "D": {size: "1", kind: "x"},
	}
	// newDesign changes A, replaces B, changes C for that, removes D and adds E.
	newDesign = design{
		"A": {size: "2", kind: "x"}, "B": {size: "1", kind: "y", needs: "A"}, "C": {size: "1", kind: "x", needs: "B"}, "E": {size: "1", kind: "x", needs: "C"},
	}
)

// fewestMoments is what every plot has at least: the order and its end are a
// transaction each, and so are the begin and the end of each of the three
// resources that wait for one another. How many of the others are written
// together depends on how the machine schedules them.
const fewestMoments = 2 + 3*2

// plot is an order that is killed at every moment.
type plot struct {
	from, to design
	// failing is a call that fails while the stack is on its way to the new design.
	failing string
	// status and left are what an undisturbed run ends with.
	status types.StackStatus
	left   design
}

// TestKillingBetweenAnyTwoStepsChangesNothing takes the journal of a stack that is
// created, updated or deleted, with and without a failure that rolls back, as a
// kill after each of its transactions would have left it, and goes on from there.
func TestKillingBetweenAnyTwoStepsChangesNothing(t *testing.T) {
	for name, p := range map[string]plot{
		"create":                 {nil, oldDesign, "", types.StackStatusCreateComplete, oldDesign},
		"create and roll back":   {nil, oldDesign, "create C", types.StackStatusRollbackComplete, design{}},
		"update":                 {oldDesign, newDesign, "", types.StackStatusUpdateComplete, newDesign},
		"update and undo all":    {oldDesign, newDesign, "create E", types.StackStatusUpdateRollbackComplete, oldDesign},
		"update and undo a part": {oldDesign, newDesign, "update C", types.StackStatusUpdateRollbackComplete, oldDesign},
		"delete":                 {oldDesign, nil, "", types.StackStatusDeleteComplete, design{}},
	} {
		t.Run(name, func(t *testing.T) {
			before, journal, from := p.undisturbed(t)
			moments := 0
			for i, b := range journal {
				if b == '\n' && i+1 >= from {
					p.resumed(t, journal[:i+1], before)
					moments++
				}
			}
			if moments < fewestMoments {
				t.Errorf("there were only %d moments to kill at, want %d or more", moments, fewestMoments)
			}
		})
	}
}

// undisturbed plays the plot once. It gives the physical ids before it, the
// journal after it, and how much of that there was before.
func (p plot) undisturbed(t *testing.T) (before map[string]string, journal []byte, from int) {
	b, path := p.stage(t, nil)
	if p.from != nil {
		b.deploy("s", p.from.template(), types.ChangeSetTypeCreate)
		before = b.physical("s")
	}
	from = len(must[[]byte](t)(os.ReadFile(path)))
	p.order(b)
	b.quiet()
	p.check(b, before)
	return before, must[[]byte](t)(os.ReadFile(path)), from
}

// resumed goes on from a journal.
func (p plot) resumed(t *testing.T, journal []byte, before map[string]string) {
	b, _ := p.stage(t, journal)
	defer b.leave()
	b.Resume()
	b.quiet()
	if b.lostOrder(p) {
		p.order(b) // what was not answered is asked again
		b.quiet()
	}
	p.check(b, before)
}

// stage opens a sandbox on a journal.
func (p plot) stage(t *testing.T, journal []byte) (*bench, string) {
	path := filepath.Join(t.TempDir(), "journal")
	if err := os.WriteFile(path, journal, 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHost()
	h.State = must[*state.Store](t)(state.Open(path))
	b := &bench{t: t, w: newWorld(h.State)}
	b.Service = New(h, 0, b.w.types(), Lookups{})
	b.w.fail = func(call string) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		st, _ := b.db.stackNamed("s")
		if call == p.failing && (st.Status == types.StackStatusCreateInProgress || st.Status == types.StackStatusUpdateInProgress) {
			return &resource.Error{Code: "ServiceInternalError", Message: "injected"}
		}
		return nil
	}
	t.Cleanup(b.leave)
	return b, path
}

// leave closes the bench, once or more often.
func (b *bench) leave() {
	b.Close()
	if err := b.host.State.Close(); err != nil {
		b.t.Error(err)
	}
}

// order asks for the plot's change, as a client would.
func (p plot) order(b *bench) {
	b.t.Helper()
	ctx := b.t.Context()
	switch body := p.to.template(); {
	case p.to == nil:
		must[*cfn.DeleteStackOutput](b.t)(b.DeleteStack(ctx, &cfn.DeleteStackInput{StackName: new("s")}))
	case p.from == nil:
		must[*cfn.CreateStackOutput](b.t)(b.CreateStack(ctx, &cfn.CreateStackInput{StackName: new("s"), TemplateBody: &body}))
	default:
		must[*cfn.UpdateStackOutput](b.t)(b.UpdateStack(ctx, &cfn.UpdateStackInput{StackName: new("s"), TemplateBody: &body}))
	}
}

// lostOrder reports that the sandbox died before it took the order.
func (b *bench) lostOrder(p plot) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	st, ok := b.db.stackNamed("s")
	if p.from == nil {
		return !ok
	}
	return ok && st.Status == types.StackStatusCreateComplete
}

// quiet waits until nothing is under way.
func (b *bench) quiet() {
	for {
		b.mu.Lock()
		busy := b.db.operations.Len() > 0
		b.mu.Unlock()
		if !busy {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
}

func (p plot) check(b *bench, before map[string]string) {
	b.t.Helper()
	b.mu.Lock()
	st := b.newestFirst()[0]
	b.mu.Unlock()
	if st.Status != p.status {
		b.t.Fatalf("%s, want %s: %s\n%s", st.Status, p.status, st.Reason, strings.Join(b.story(st.ID), "\n"))
	}
	if p.status == types.StackStatusDeleteComplete {
		if len(b.w.live) > 0 {
			b.t.Fatalf("live %v", b.w.live)
		}
		return
	}
	b.check(b.t, p.left, map[string]bool{})
	if p.status == types.StackStatusUpdateRollbackComplete && !maps.Equal(b.physical("s"), before) {
		b.t.Fatalf("rolled back to %v, was %v", b.physical("s"), before)
	}
}
