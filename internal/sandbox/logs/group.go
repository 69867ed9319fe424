package logs

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// group is what is kept of a log group.
type group struct {
	Name    string
	Created time.Time
	// Retention is in days; nil keeps events forever.
	Retention *int32
	KMSKey    string
	Class     types.LogGroupClass
	Protected bool
	Tags      map[string]string
	// Filters are the metric filters by name.
	Filters map[string]types.MetricFilter
	// Streams counts the log streams that there ever were: it numbers them.
	Streams uint32
}

var groupGrammar = lazy.Regexp(`^[.\-_/#A-Za-z0-9]{1,512}$`)

// retentions are the only numbers of days that CloudWatch Logs keeps events.
var retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// arn is the log group's ARN; older operations end it with ":*".
func (s *Service) arn(name string) string { return s.host.ARN("logs", "log-group:"+name) }

// find gives the log group of that name or ARN.
func (s *Service) find(nameOrARN *string) (group, error) {
	name := strings.TrimPrefix(strings.TrimSuffix(aws.ToString(nameOrARN), ":*"), s.arn(""))
	g, ok := s.groups.Get(name)
	if !ok {
		return group{}, &types.ResourceNotFoundException{Message: new("The specified log group does not exist.")}
	}
	return g, nil
}

// change applies f to a copy of a log group and keeps it unless f fails.
func (s *Service) change(nameOrARN *string, f func(*group) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(nameOrARN)
	if err != nil {
		return err
	}
	if err := f(&g); err != nil {
		return err
	}
	s.groups.Set(g.Name, g)
	s.archive(g.Name).filters = nil
	return nil
}

// CreateLogGroup makes a log group that keeps its events forever.
func (s *Service) CreateLogGroup(_ context.Context, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := aws.ToString(in.LogGroupName)
	if !groupGrammar().MatchString(name) {
		return nil, constraint(name, "logGroupName", `satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
	}
	if _, ok := s.groups.Get(name); ok {
		return nil, &types.ResourceAlreadyExistsException{Message: new("The specified log group already exists")}
	}
	g := group{
		Name: name, Created: s.host.Clock.Now(), KMSKey: aws.ToString(in.KmsKeyId), Class: in.LogGroupClass,
		Protected: aws.ToBool(in.DeletionProtectionEnabled), Tags: maps.Clone(in.Tags),
	}
	if g.Class == "" {
		g.Class = types.LogGroupClassStandard
	}
	s.groups.Set(name, g)
	return &cloudwatchlogs.CreateLogGroupOutput{}, nil
}

// DeleteLogGroup removes a log group with its streams and filters.
func (s *Service) DeleteLogGroup(_ context.Context, in *cloudwatchlogs.DeleteLogGroupInput) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if g.Protected {
		return nil, &types.ValidationException{Message: new("The log group is protected against deletion. Disable deletion protection first.")}
	}
	log, err := s.log(g)
	if err != nil {
		return nil, err
	}
	changes := []state.Change{s.groups.Remove(g.Name)}
	for _, name := range s.archive(g.Name).sorted {
		changes = append(changes, s.streams.Remove(streamKey(g.Name, name)))
	}
	s.host.State.Commit(changes...)
	delete(s.archives, g.Name)
	return &cloudwatchlogs.DeleteLogGroupOutput{}, log.Remove()
}

// PutRetentionPolicy sets for how many days events are kept.
func (s *Service) PutRetentionPolicy(_ context.Context, in *cloudwatchlogs.PutRetentionPolicyInput) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	if err := checkRetention(in.RetentionInDays); err != nil {
		return nil, err
	}
	err := s.change(in.LogGroupName, func(g *group) error {
		g.Retention = in.RetentionInDays
		return nil
	})
	return &cloudwatchlogs.PutRetentionPolicyOutput{}, err
}

func checkRetention(days *int32) error {
	if slices.Contains(retentions, aws.ToInt32(days)) {
		return nil
	}
	allowed := strings.Trim(strings.Join(strings.Fields(fmt.Sprint(retentions)), ", "), "[]")
	return constraint(aws.ToInt32(days), "retentionInDays", "satisfy enum value set: ["+allowed+"]")
}

// DeleteRetentionPolicy lets events be kept forever.
func (s *Service) DeleteRetentionPolicy(_ context.Context, in *cloudwatchlogs.DeleteRetentionPolicyInput) (*cloudwatchlogs.DeleteRetentionPolicyOutput, error) {
	err := s.change(in.LogGroupName, func(g *group) error {
		g.Retention = nil
		return nil
	})
	return &cloudwatchlogs.DeleteRetentionPolicyOutput{}, err
}

// maxPage is how many entries a page of a list holds at most, and without a wish.
const maxPage = 50

// DescribeLogGroups lists log groups by name: all, those that begin with a prefix,
// or those that have a pattern anywhere in their name, in any case of letters.
func (s *Service) DescribeLogGroups(_ context.Context, in *cloudwatchlogs.DescribeLogGroupsInput) (*cloudwatchlogs.DescribeLogGroupsOutput, error) {
	if in.LogGroupNamePrefix != nil && in.LogGroupNamePattern != nil {
		return nil, invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
	}
	pattern := strings.ToLower(aws.ToString(in.LogGroupNamePattern))
	var found []group
	for name, g := range s.groups.All() {
		fits := strings.HasPrefix(name, aws.ToString(in.LogGroupNamePrefix)) && strings.Contains(strings.ToLower(name), pattern)
		if fits && (in.LogGroupClass == "" || in.LogGroupClass == g.Class) {
			found = append(found, g)
		}
	}
	some, next, err := cut(found, func(g group) string { return g.Name }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogGroupsOutput{LogGroups: []types.LogGroup{}, NextToken: next}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range some {
		shown, err := s.describe(g)
		if err != nil {
			return nil, err
		}
		out.LogGroups = append(out.LogGroups, shown)
	}
	return out, nil
}

// describe gives a log group as AWS shows it, but for its stored bytes: those of
// AWS are compressed.
func (s *Service) describe(g group) (types.LogGroup, error) {
	stored, err := s.storedBytes(g)
	shown := types.LogGroup{
		LogGroupName: &g.Name, Arn: new(s.arn(g.Name) + ":*"), LogGroupArn: new(s.arn(g.Name)), LogGroupClass: g.Class,
		CreationTime: new(g.Created.UnixMilli()), RetentionInDays: g.Retention, MetricFilterCount: new(int32(len(g.Filters))),
		StoredBytes: &stored, DeletionProtectionEnabled: &g.Protected,
	}
	if g.KMSKey != "" {
		shown.KmsKeyId = &g.KMSKey
	}
	return shown, err
}

// cut gives a page of items that stand in the order of their keys.
func cut[T any](all []T, key func(T) string, token *string, limit *int32) ([]T, *string, error) {
	size, err := pageSize(limit)
	if err != nil {
		return nil, nil, err
	}
	some, next, ok := page.Of(all, key, aws.ToString(token), size)
	if !ok {
		return nil, nil, invalid("The specified nextToken is invalid.")
	}
	if next == "" {
		return some, nil, nil
	}
	return some, &next, nil
}

func invalid(message string) error { return &types.InvalidParameterException{Message: &message} }

func constraint(value any, member, rule string) error {
	return invalid(fmt.Sprintf("1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must %s", value, member, rule))
}
