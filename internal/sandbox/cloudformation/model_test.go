package cloudformation

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// node is a resource of a random template, as the model sees it.
type node struct {
	size, kind, name, policy string
	needs                    string // the node whose id it takes, or empty
}

type design map[string]node

// drawDesign draws resources, each of which needs none or an earlier one.
func drawDesign(t *rapid.T, label string) design {
	d := design{}
	var ids []string
	for i := range rapid.IntRange(1, 6).Draw(t, label+" size") {
		id := fmt.Sprintf("N%d", i)
		if !rapid.Bool().Draw(t, label+" has "+id) && i > 0 {
			continue
		}
		n := node{
			size:   rapid.SampledFrom([]string{"1", "2"}).Draw(t, "size"),
			kind:   rapid.SampledFrom([]string{"x", "x", "y"}).Draw(t, "kind"),
			policy: rapid.SampledFrom([]string{"", "", "", "RetainExceptOnCreate"}).Draw(t, "policy"),
		}
		if len(ids) > 0 && rapid.Bool().Draw(t, "needs") {
			n.needs = rapid.SampledFrom(ids).Draw(t, "need")
		}
		d[id] = n
		ids = append(ids, id)
	}
	return d
}

func (d design) template() string {
	var parts []string
	for _, id := range sortedKeys(d) {
		n := d[id]
		p := fmt.Sprintf(`"Size": %q, "Kind": %q`, n.size, n.kind)
		if n.needs != "" {
			p += fmt.Sprintf(`, "Needs": {"Ref": %q}`, n.needs)
		}
		if n.name != "" {
			p += fmt.Sprintf(`, "Name": %q`, n.name)
		}
		attributes := ""
		if n.policy != "" {
			attributes = fmt.Sprintf(`, "DeletionPolicy": %q`, n.policy)
		}
		parts = append(parts, fmt.Sprintf(`%q: {"Type": "Test::Thing", "Properties": {%s}%s}`, id, p, attributes))
	}
	return `{"Resources": {` + strings.Join(parts, ",\n") + `}}`
}

// physical maps the stack's logical ids to the live physical ids.
func (b *bench) physical(name string) map[string]string {
	out := must[*cfn.DescribeStackResourcesOutput](b.t)(b.DescribeStackResources(b.t.Context(), &cfn.DescribeStackResourcesInput{StackName: &name}))
	ids := map[string]string{}
	for _, r := range out.StackResources {
		if !gone(r.ResourceStatus) {
			ids[*r.LogicalResourceId] = *r.PhysicalResourceId
		}
	}
	return ids
}

// check holds the world against the design: its resources with the right
// properties, those retained before, and nothing else.
func (b *bench) check(t fataler, d design, retained map[string]bool) {
	ids := b.physical("s")
	if !slices.Equal(sortedKeys(ids), sortedKeys(d)) {
		t.Fatalf("the stack has %v, the design %v", sortedKeys(ids), sortedKeys(d))
	}
	expected := maps.Clone(retained)
	for id, n := range d {
		live, ok := b.w.live[ids[id]]
		if !ok {
			t.Fatalf("%s (%s) does not live", id, ids[id])
		}
		want := map[string]any{"Size": n.size, "Kind": n.kind}
		if n.needs != "" {
			want["Needs"] = ids[n.needs]
		}
		if !maps.Equal(live, want) {
			t.Fatalf("%s is %v, want %v", id, live, want)
		}
		expected[ids[id]] = true
	}
	if !slices.Equal(sortedKeys(b.w.live), sortedKeys(expected)) {
		t.Fatalf("live %v, expected %v", sortedKeys(b.w.live), sortedKeys(expected))
	}
}

type fataler interface{ Fatalf(string, ...any) }

// removed notes the physical ids that a change from one design to the other
// leaves behind, because the old design's policy retains what is removed.
func removed(from, to design, ids map[string]string, retained map[string]bool) {
	for id, n := range from {
		if _, stays := to[id]; !stays && n.policy != "" {
			retained[ids[id]] = true
		}
	}
}

// TestStacksLeaveExactlyTheExpectedResources walks random templates through
// creation, updates, failures that roll back, and deletion.
func TestStacksLeaveExactlyTheExpectedResources(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t, 0, Lookups{})
		defer b.Close()
		retained := map[string]bool{}
		var now design
		for i := range rapid.IntRange(1, 5).Draw(rt, "steps") {
			next := drawDesign(rt, fmt.Sprint("design ", i))
			if maps.Equal(now, next) {
				continue
			}
			before := map[string]string{}
			kind, failing := types.ChangeSetTypeCreate, rapid.IntRange(-4, 6).Draw(rt, "failing call")
			if now != nil {
				kind, before = types.ChangeSetTypeUpdate, b.physical("s")
			}
			b.failCall(failing)
			st := b.deploy("s", next.template(), kind)
			b.w.fail = nil
			switch st.StackStatus {
			case types.StackStatusCreateComplete, types.StackStatusUpdateComplete:
				removed(now, next, before, retained)
				now = next
			case types.StackStatusUpdateRollbackComplete:
			case types.StackStatusRollbackComplete:
				b.check(rt, design{}, retained)
				return
			default:
				rt.Fatalf("%s: %s\n%s", st.StackStatus, value(st.StackStatusReason), strings.Join(b.story("s"), "\n"))
			}
			if ids := b.physical("s"); st.StackStatus == types.StackStatusUpdateRollbackComplete && !maps.Equal(ids, before) {
				rt.Fatalf("rolled back to %v, was %v", ids, before)
			}
			b.check(rt, now, retained)
		}
		removed(now, design{}, b.physical("s"), retained)
		id := *b.describe("s").StackId
		must[*cfn.DeleteStackOutput](t)(b.DeleteStack(t.Context(), &cfn.DeleteStackInput{StackName: new("s")}))
		if st := b.settled(id); st.StackStatus != types.StackStatusDeleteComplete {
			rt.Fatalf("%s", st.StackStatus)
		}
		if !slices.Equal(sortedKeys(b.w.live), sortedKeys(retained)) {
			rt.Fatalf("live %v, retained %v", sortedKeys(b.w.live), sortedKeys(retained))
		}
	})
}

// failCall lets the n-th creation or update fail; none for a negative n.
func (b *bench) failCall(n int) {
	count := 0
	b.w.fail = func(call string) error {
		if strings.HasPrefix(call, "delete") {
			return nil
		}
		count++
		if count-1 == n {
			return &resource.Error{Code: "GeneralServiceException", Message: "injected"}
		}
		return nil
	}
}

// TestKillingBetweenAnyTwoStepsChangesNothing kills the sandbox after every
// number of commits in turn, during a deploy that adds, changes, replaces,
// removes, and may fail, and starts it again from its journal.
func TestKillingBetweenAnyTwoStepsChangesNothing(t *testing.T) {
	first := design{
		"A": {size: "1", kind: "x"}, "B": {size: "1", kind: "x", needs: "A"}, "C": {size: "1", kind: "x", needs: "B"}, "D": {size: "1", kind: "x"},
	}
	second := design{
		"A": {size: "2", kind: "x"}, "B": {size: "1", kind: "y", needs: "A"}, "C": {size: "1", kind: "x", needs: "B"}, "E": {size: "1", kind: "x", needs: "C"},
	}
	for _, failing := range []string{"", "update C", "create E"} {
		kills := 0
		for alive := 1; ; alive++ {
			died := killedDeploy(t, first, second, failing, alive)
			if !died {
				break
			}
			kills++
		}
		if kills < 20 {
			t.Errorf("with %q failing there were only %d moments to kill at", failing, kills)
		}
	}
}

// killedDeploy reports false when the deploy was done before it was to be killed.
func killedDeploy(t *testing.T, first, second design, failing string, alive int) (died bool) {
	path := filepath.Join(t.TempDir(), "journal")
	store := must[*state.Store](t)(state.Open(path))
	h := newHost()
	h.State = store
	b := &bench{t: t, w: newWorld()}
	b.Service = New(h, 0, b.w.types(), Lookups{})
	b.deploy("s", first.template(), types.ChangeSetTypeCreate)
	before := b.physical("s")
	b.w.fail = func(call string) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		if st, _ := b.db.stackNamed("s"); call != failing || st.Status != types.StackStatusUpdateInProgress {
			return nil
		}
		return &resource.Error{Code: "ServiceInternalError", Message: "injected"}
	}
	commits := 0
	b.mu.Lock()
	b.db.lost = func() bool {
		if commits++; commits > alive {
			b.stop()
			died = true
		}
		return died
	}
	b.mu.Unlock()
	body := second.template()
	must[*cfn.CreateChangeSetOutput](t)(b.CreateChangeSet(t.Context(), &cfn.CreateChangeSetInput{StackName: new("s"), ChangeSetName: new("u"), TemplateBody: &body}))
	_, err := b.ExecuteChangeSet(t.Context(), &cfn.ExecuteChangeSetInput{StackName: new("s"), ChangeSetName: new("u")})
	if err != nil {
		t.Fatal(err)
	}
	if !b.waitDead(&died) {
		return false
	}
	b.Close()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	h.State = must[*state.Store](t)(state.Open(path))
	b.Service = New(h, 0, b.w.types(), Lookups{})
	defer b.Close()
	b.Resume()
	if st := b.settled("s"); st.StackStatus == types.StackStatusCreateComplete {
		// The request itself was lost: its client sends it again.
		must[*cfn.ExecuteChangeSetOutput](t)(b.ExecuteChangeSet(t.Context(), &cfn.ExecuteChangeSetInput{StackName: new("s"), ChangeSetName: new("u")}))
	}
	b.checkOutcome(first, second, failing, before)
	return true
}

// waitDead waits until the service is killed or its operation has ended.
func (b *bench) waitDead(died *bool) bool {
	for {
		b.mu.Lock()
		dead := *died
		st, _ := b.db.stackNamed("s")
		_, busy := b.db.operations.Get(st.ID)
		b.mu.Unlock()
		if dead || !busy {
			return dead
		}
	}
}

func (b *bench) checkOutcome(first, second design, failing string, before map[string]string) {
	b.t.Helper()
	st := b.settled("s")
	want, now := types.StackStatusUpdateComplete, second
	if failing != "" {
		want, now = types.StackStatusUpdateRollbackComplete, first
	}
	if st.StackStatus != want {
		b.t.Fatalf("%s, want %s: %s\n%s", st.StackStatus, want, value(st.StackStatusReason), strings.Join(b.story("s"), "\n"))
	}
	b.check(b.t, now, map[string]bool{})
	if failing != "" && !maps.Equal(b.physical("s"), before) {
		b.t.Fatalf("rolled back to %v, was %v", b.physical("s"), before)
	}
}
