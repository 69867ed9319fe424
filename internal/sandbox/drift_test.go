package sandbox

import (
	"slices"
	"testing"

	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/platform"
)

// drifts lists what is not as the stack's template says, as "Logical/Property:
// expected, actual".
func (e *estate) drifts(stack string) []string {
	e.t.Helper()
	detection, err := e.CloudFormation.DetectStackDrift(e.t.Context(), &cfn.DetectStackDriftInput{StackName: &stack})
	if err != nil {
		e.t.Fatal(err)
	}
	status, err := e.CloudFormation.DescribeStackDriftDetectionStatus(e.t.Context(), &cfn.DescribeStackDriftDetectionStatusInput{StackDriftDetectionId: detection.StackDriftDetectionId})
	if err != nil {
		e.t.Fatal(err)
	}
	out, err := e.CloudFormation.DescribeStackResourceDrifts(e.t.Context(), &cfn.DescribeStackResourceDriftsInput{StackName: &stack})
	if err != nil {
		e.t.Fatal(err)
	}
	var list []string
	for _, r := range out.StackResourceDrifts {
		if r.StackResourceDriftStatus == types.StackResourceDriftStatusDeleted {
			list = append(list, *r.LogicalResourceId+" is gone")
		}
		for _, d := range r.PropertyDifferences {
			list = append(list, *r.LogicalResourceId+*d.PropertyPath+": "+*d.ExpectedValue+", "+*d.ActualValue)
		}
	}
	if inSync := status.StackDriftStatus == types.StackDriftStatusInSync; inSync != (len(list) == 0) {
		e.t.Errorf("%s is %s, with %v", stack, status.StackDriftStatus, list)
	}
	return list
}

func TestWhatWasJustDeployedHasNotDrifted(t *testing.T) {
	for _, tier := range []platform.Tier{platform.Development, platform.Production} {
		t.Run(string(tier), func(t *testing.T) {
			e := newEstate(t, Options{}, tier)
			e.bootstrap()
			e.deploy()
			for _, template := range e.templates() {
				for _, line := range e.drifts(template.Name) {
					t.Errorf("%s: %s", template.Name, line)
				}
			}
			queue, err := e.SQS.GetQueueUrl(t.Context(), &awssqs.GetQueueUrlInput{QueueName: new(e.env.QueueName(platform.AIProcessing))})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.SQS.SetQueueAttributes(t.Context(), &awssqs.SetQueueAttributesInput{QueueUrl: queue.QueueUrl, Attributes: map[string]string{"VisibilityTimeout": "7"}}); err != nil {
				t.Fatal(err)
			}
			if got := e.drifts(e.env.StackName(platform.Database)); !slices.Equal(got, []string{"AiProcessingQueue0ED8226C/VisibilityTimeout: 5400, 7"}) {
				t.Errorf("a changed queue drifts as %v", got)
			}
		})
	}
}
