package metrics

import (
	"errors"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

func TestAFailureWithoutACodeIsSaidOnce(t *testing.T) {
	c := measured(platform.Environment{Name: "staging", Tier: platform.Development}, nil)
	unreadable := problem.New(problem.Failed, "SQS GetQueueUrl failed: the server's answer cannot be read").WithCause(errors.New("unexpected EOF"))
	*c.sources[SourceQueues] = Source{Name: SourceQueues, Err: unreadable, Code: codeOf(unreadable, nil), Operation: "GetQueueUrl", Failed: c.Clock.Now()}
	if worst, _ := c.Snapshot().Verdict.Worst(); worst.Text != "SQS fails (GetQueueUrl)" {
		t.Errorf("%q", worst.Text)
	}
}
