package deploy

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/problem"
)

// stateful are the resource types that hold what cannot be made again.
var stateful = []string{
	"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable",
	"AWS::ElastiCache::ReplicationGroup", "AWS::ElastiCache::CacheCluster",
	"AWS::S3::Bucket", "AWS::SecretsManager::Secret", "AWS::KMS::Key",
	"AWS::SQS::Queue", "AWS::Logs::LogGroup",
}

// accessTypes and accessPrefixes are resources that say who can reach what.
var (
	accessPrefixes = []string{"AWS::IAM::", "AWS::EC2::SecurityGroup", "AWS::EC2::NetworkAcl"}
	accessTypes    = []string{
		"AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::Lambda::Permission",
		"AWS::SecretsManager::ResourcePolicy", "AWS::EC2::VPCEndpoint", "AWS::CloudFront::OriginAccessControl",
	}
)

func concernsAccess(kind string) bool {
	return slices.Contains(accessTypes, kind) ||
		slices.ContainsFunc(accessPrefixes, func(p string) bool { return strings.HasPrefix(kind, p) })
}

// resourceChange reads one row of a change set.
func resourceChange(c *types.ResourceChange) ResourceChange {
	out := ResourceChange{
		ResourceName: ResourceName{aws.ToString(c.LogicalResourceId), aws.ToString(c.PhysicalResourceId), aws.ToString(c.ResourceType)},
		Action:       string(c.Action),
		Retained:     strings.HasSuffix(string(c.PolicyAction), "Retain"),
	}
	switch c.Replacement {
	case types.ReplacementTrue:
		out.Replacement = CertainReplacement
	case types.ReplacementConditional:
		out.Replacement = ConditionalReplacement
	}
	out.Access = concernsAccess(out.Type)
	out.Loss = losesData(out)
	return out
}

// losesData reports whether a change may delete what a stateful resource holds.
// Whether a conditional replacement happens is decided while deploying, so it
// counts. A retained resource stays in AWS, but its name is taken and the
// application gets an empty one: that counts too when it is replaced.
func losesData(c ResourceChange) bool {
	if !slices.Contains(stateful, c.Type) {
		return false
	}
	return c.Replacement != NoReplacement || c.Action == string(types.ChangeActionRemove) && !c.Retained
}

// guard refuses a change set that would lose data.
func (s *changeSet) guard(p StackPlan) error {
	var losses []string
	for _, change := range s.changes {
		if change.ResourceChange == nil {
			continue
		}
		if c := resourceChange(change.ResourceChange); c.Loss {
			losses = append(losses, lossWords(c))
		}
	}
	if len(losses) == 0 {
		return nil
	}
	return problem.New(problem.Refused, "%s would lose data: %s", p.Name, strings.Join(losses, ", ")).
		WithHint("nothing was changed; --allow-data-loss lets it happen")
}

func lossWords(c ResourceChange) string {
	what := "replaces"
	switch {
	case c.Action == string(types.ChangeActionRemove):
		what = "deletes"
	case c.Replacement == ConditionalReplacement:
		what = "may replace"
	}
	return what + " " + c.LogicalID + " (" + c.Type + ")"
}
