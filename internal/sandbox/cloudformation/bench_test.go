package cloudformation

import (
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// BenchmarkDescribeStacks is one of the six calls of an unchanged deploy, over the
// wire and in process.
func BenchmarkDescribeStacks(bm *testing.B) {
	t := &testing.T{}
	h := newHost()
	w := newWorld(h.State)
	b := &bench{Service: New(h, 0, w.types(), Lookups{}), t: t, w: w}
	defer b.Close()
	in := &cfn.CreateStackInput{StackName: new("s"), TemplateBody: new(twoThings), Tags: []types.Tag{{Key: new("a"), Value: new("b")}}}
	if _, err := b.CreateStack(bm.Context(), in); err != nil {
		bm.Fatal(err)
	}
	b.quiet()
	c := b.client()
	for bm.Loop() {
		if _, err := c.DescribeStacks(bm.Context(), &cfn.DescribeStacksInput{StackName: in.StackName}); err != nil {
			bm.Fatal(err)
		}
	}
}
