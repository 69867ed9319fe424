package acceptance

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// median runs f n times.
func median(n int, f func() time.Duration) time.Duration {
	var all []time.Duration
	for range n {
		all = append(all, f())
	}
	slices.Sort(all)
	return all[n/2]
}

func TestStartingUpCostsMilliseconds(t *testing.T) {
	h := newHome(t)
	took := median(7, func() time.Duration { return h.must("version").took })
	t.Logf("keyvex version: %s", took)
	if took > time.Duration(20*lenience())*time.Millisecond {
		t.Errorf("keyvex version took %s, meant to be 20 ms", took)
	}
}

func TestAnUnchangedDeployIsQuick(t *testing.T) {
	h := quick(t)
	h.must("deploy", "-e", "local", "--yes")
	took := median(5, func() time.Duration { return h.must("deploy", "-e", "local", "--yes").took })
	t.Logf("six unchanged stacks: %s", took)
	if took > time.Duration(150*lenience())*time.Millisecond {
		t.Errorf("an unchanged deploy took %s, meant to be 150 ms beyond the start of the process", took)
	}
}

// span is how long a stack's operation took by CloudFormation's own events.
func (h *home) span(api *cloudformation.Client, stack string) time.Duration {
	h.t.Helper()
	var newest, oldest time.Time
	pages := cloudformation.NewDescribeStackEventsPaginator(api, &cloudformation.DescribeStackEventsInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(h.t.Context())
		if err != nil || len(page.StackEvents) == 0 {
			h.t.Fatalf("%s: %v", stack, err)
		}
		// They come newest first.
		if newest.IsZero() {
			newest = *page.StackEvents[0].Timestamp
		}
		oldest = *page.StackEvents[len(page.StackEvents)-1].Timestamp
	}
	return newest.Sub(oldest)
}

// What the deployer adds to CloudFormation's own work is meant to be at most 5 % of
// the longest path through the stacks. Four times that fails here: machines are busy.
func TestAFreshDeployTakesLittleLongerThanItsCriticalPath(t *testing.T) {
	h := newHome(t)
	h.must("local", "up", "--pace", "60")
	took := h.must("deploy", "-e", "local", "--yes").took
	api := cloudformation.NewFromConfig(h.awsConfig())
	ends := map[string]time.Duration{}
	needed := map[string][]string{"Database": {"Security"}, "Compute": {"Security", "Database"}, "Api": {"Database", "Compute"}, "Monitoring": {"Database", "Compute", "Api"}}
	var critical time.Duration
	for _, stack := range []string{"Security", "Database", "Storage", "Compute", "Api", "Monitoring"} {
		var begin time.Duration
		for _, before := range needed[stack] {
			begin = max(begin, ends[before])
		}
		ends[stack] = begin + h.span(api, "Keyvex-local-"+stack)
		critical = max(critical, ends[stack])
	}
	t.Logf("deploy %s, critical path %s, ratio %.3f", took, critical, float64(took)/float64(critical))
	if took > critical*120/100 {
		t.Errorf("the deploy took %s over a critical path of %s", took, critical)
	}
}
