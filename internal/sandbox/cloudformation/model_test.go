package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
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
