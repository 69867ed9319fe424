package deploy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// changeSet is one that has been computed.
type changeSet struct {
	id, stackID string
	changes     []types.Change
	// empty is set when CloudFormation found nothing to change.
	empty bool
	// made is set when the stack came to be with this change set.
	made bool
}

// noChanges begin the reasons of change sets that failed because nothing changed.
var noChanges = []string{
	"The submitted information didn't contain changes", "No updates are to be performed",
}

// prepare makes a change set and waits until it is computed. One that failed is
// deleted, and so is an empty one. When ctx ends meanwhile, nothing is left behind.
func (d *Deployer) prepare(ctx context.Context, r Release, p StackPlan, token string) (*changeSet, error) {
	in := changeSetInput(r, p, token)
	out, err := d.clients.CloudFormation.CreateChangeSet(ctx, in)
	if err != nil && code(err) != "AlreadyExistsException" {
		return nil, d.unmade(ctx, p, err)
	}
	set := &changeSet{id: token, stackID: p.Name, made: p.ID == ""}
	if out != nil {
		set.id, set.stackID = orElse(out.Id, token), orElse(out.StackId, p.Name)
	}
	computed, err := d.awaitChangeSet(ctx, p, set)
	if err != nil {
		d.discard(ctx, set)
		return nil, err
	}
	if set.empty {
		set.made = false
		d.discard(ctx, set)
		return set, nil
	}
	set.changes, err = d.changes(ctx, set, computed)
	if err != nil {
		d.discard(ctx, set)
		return nil, wrap(err, p.Name, "reading its change set")
	}
	return set, nil
}

func changeSetInput(r Release, p StackPlan, token string) *cloudformation.CreateChangeSetInput {
	t, _ := r.Template(p.Stack)
	in := &cloudformation.CreateChangeSetInput{
		ChangeSetName: &token, ClientToken: &token, StackName: &p.Name,
		ChangeSetType: types.ChangeSetTypeUpdate,
		Capabilities:  []types.Capability{types.CapabilityCapabilityNamedIam},
		Description:   aws.String("keyvex " + r.Build),
		TemplateBody:  &t.Body,
	}
	if p.Action == Create {
		in.ChangeSetType = types.ChangeSetTypeCreate
	}
	values, _ := p.template.values(r.Parameters)
	for key, value := range values {
		in.Parameters = append(in.Parameters, types.Parameter{ParameterKey: &key, ParameterValue: &value})
	}
	slices.SortFunc(in.Parameters, func(a, b types.Parameter) int { return strings.Compare(*a.ParameterKey, *b.ParameterKey) })
	for key, value := range r.Environment.StackTags() {
		in.Tags = append(in.Tags, types.Tag{Key: &key, Value: &value})
	}
	slices.SortFunc(in.Tags, func(a, b types.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return in
}

// awaitChangeSet polls until the change set is computed. Nothing changed is no
// error.
func (d *Deployer) awaitChangeSet(ctx context.Context, p StackPlan, set *changeSet) (*cloudformation.DescribeChangeSetOutput, error) {
	started, throttles := d.now(), 0
	for {
		out, err := d.clients.CloudFormation.DescribeChangeSet(ctx, set.describe())
		wait := max(d.pace.computing, d.now().Sub(started)/pollShare)
		switch {
		case throttled(err):
			throttles++
			wait = d.backoff(throttles)
		case err != nil:
			return nil, wrap(err, p.Name, "reading its change set")
		case out.Status == types.ChangeSetStatusFailed:
			return out, d.failedChangeSet(ctx, p, set, tidy(aws.ToString(out.StatusReason)))
		case out.Status == types.ChangeSetStatusCreateComplete:
			return out, nil
		case out.Status == "":
			return nil, problem.New(problem.Failed, "%s: the server says nothing about its change set", p.Name).
				WithHint("nothing was changed; AWS does not answer like that: check AWS_ENDPOINT_URL")
		}
		if d.now().Sub(started) > d.pace.prepare {
			return nil, problem.New(problem.Failed, "%s: its change set was not computed within %s", p.Name, d.pace.prepare).
				WithHint("nothing was changed; try again")
		}
		if err := clock.Sleep(ctx, d.settings.Clock, wait); err != nil {
			return nil, err
		}
	}
}

func (d *Deployer) failedChangeSet(ctx context.Context, p StackPlan, set *changeSet, reason string) error {
	if slices.ContainsFunc(noChanges, func(s string) bool { return strings.HasPrefix(reason, s) }) {
		set.empty = true
		return nil
	}
	if strings.Contains(reason, "AWS::EarlyValidation") {
		reason += d.validationDetail(ctx, set)
	}
	what := p.Name
	if ids := p.template.accused(reason); len(ids) == 1 && !mentions(reason, ids[0]) {
		what += ": " + ids[0] + " (" + p.template.Resources[ids[0]].Type + ")"
	}
	return problem.New(problem.Failed, "%s: its change set failed: %s", what, orElse(&reason, "the server gave no reason")).
		WithHint("nothing of %s was changed", p.Name)
}

// unmade is the error of a change set that the server would not make: what it says
// of its client or of the stack's state stays as it is, and what it says of the
// template names the resource.
func (d *Deployer) unmade(ctx context.Context, p StackPlan, err error) error {
	wrapped := wrap(err, p.Name, "making a change set")
	if raced(err) || !problem.Is(wrapped, problem.Failed) || ctx.Err() != nil {
		return wrapped
	}
	if ids := p.template.accused(words(err)); len(ids) > 0 {
		return d.refused(ctx, p, p.Name, "making a change set", cause{reason: words(err)}, err)
	}
	return wrapped
}

// validationDetail reads what early validation found, which the change set itself
// does not say. It is empty when the server cannot tell.
func (d *Deployer) validationDetail(ctx context.Context, set *changeSet) string {
	out, err := d.clients.CloudFormation.DescribeEvents(ctx, &cloudformation.DescribeEventsInput{
		ChangeSetName: &set.id, StackName: &set.stackID, Filters: &types.EventFilter{FailedEvents: aws.Bool(true)},
	})
	if err != nil {
		return ""
	}
	var detail strings.Builder
	for _, e := range out.OperationEvents {
		if reason := tidy(aws.ToString(e.ValidationStatusReason)); reason != "" {
			detail.WriteString("; " + aws.ToString(e.LogicalResourceId) + ": " + reason)
		}
	}
	return detail.String()
}

// changes reads all pages of a change set.
func (d *Deployer) changes(ctx context.Context, set *changeSet, first *cloudformation.DescribeChangeSetOutput) ([]types.Change, error) {
	return cloud.ListAll(func(token *string) ([]types.Change, *string, error) {
		if token == nil {
			return first.Changes, first.NextToken, nil
		}
		in := set.describe()
		in.NextToken = token
		page, err := d.clients.CloudFormation.DescribeChangeSet(ctx, in)
		if err != nil {
			return nil, nil, err
		}
		return page.Changes, page.NextToken, nil
	})
}

func (s *changeSet) describe() *cloudformation.DescribeChangeSetInput {
	return &cloudformation.DescribeChangeSetInput{ChangeSetName: &s.id, StackName: &s.stackID}
}

// discardTimeout is how long tidying up may take after everything else has ended.
const discardTimeout = 15 * time.Second

// discard deletes a change set, and the stack under review that came to be with
// it, even when ctx has ended. Change sets pile up to a limit, but failing to
// delete one is no failure of the deploy.
func (d *Deployer) discard(ctx context.Context, set *changeSet) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer stop()
	_, _ = d.clients.CloudFormation.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{ChangeSetName: &set.id, StackName: &set.stackID})
	if !set.made {
		return
	}
	live, err := d.look(ctx, set.stackID)
	if err == nil && live != nil && live.status() == reviewInProgress {
		_, _ = d.clients.CloudFormation.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: &set.stackID})
	}
}

// orElse is the string that s points to, or fallback when there is none.
func orElse(s *string, fallback string) string {
	if aws.ToString(s) == "" {
		return fallback
	}
	return *s
}
