package logs

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

// maxFilters is how many metric filters a log group can have.
const maxFilters = 100

var filterGrammar = lazy.Regexp(`^[^:*]{1,512}$`)

// PutMetricFilter makes or replaces a metric filter.
func (s *Service) PutMetricFilter(_ context.Context, in *cloudwatchlogs.PutMetricFilterInput) (*cloudwatchlogs.PutMetricFilterOutput, error) {
	name := aws.ToString(in.FilterName)
	if !filterGrammar().MatchString(name) {
		return nil, constraint(name, "filterName", `satisfy regular expression pattern: [^:*]*`)
	}
	if n := len(in.MetricTransformations); n != 1 {
		return nil, constraint(n, "metricTransformations", "have length of 1")
	}
	if t := in.MetricTransformations[0]; t.DefaultValue != nil && len(t.Dimensions) > 0 {
		return nil, invalid("A metric filter with dimensions cannot have a default value.")
	}
	if _, err := parsePattern(in.FilterPattern); err != nil {
		return nil, err
	}
	err := s.change(in.LogGroupName, func(g *group) error {
		filters := map[string]types.MetricFilter{}
		maps.Copy(filters, g.Filters)
		filters[name] = types.MetricFilter{
			FilterName: &name, FilterPattern: new(aws.ToString(in.FilterPattern)), LogGroupName: &g.Name,
			MetricTransformations: in.MetricTransformations, CreationTime: new(s.host.Clock.Now().UnixMilli()),
			ApplyOnTransformedLogs: in.ApplyOnTransformedLogs,
		}
		if len(filters) > maxFilters {
			return &types.LimitExceededException{Message: new("Resource limit exceeded.")}
		}
		g.Filters = filters
		return nil
	})
	return &cloudwatchlogs.PutMetricFilterOutput{}, err
}

// DeleteMetricFilter removes a metric filter.
func (s *Service) DeleteMetricFilter(_ context.Context, in *cloudwatchlogs.DeleteMetricFilterInput) (*cloudwatchlogs.DeleteMetricFilterOutput, error) {
	err := s.change(in.LogGroupName, func(g *group) error {
		name := aws.ToString(in.FilterName)
		if _, ok := g.Filters[name]; !ok {
			return &types.ResourceNotFoundException{Message: new("The specified metric filter does not exist.")}
		}
		g.Filters = maps.Clone(g.Filters)
		delete(g.Filters, name)
		return nil
	})
	return &cloudwatchlogs.DeleteMetricFilterOutput{}, err
}

// DescribeMetricFilters lists metric filters: of one log group or all, by prefix,
// or by the metric that they feed.
func (s *Service) DescribeMetricFilters(_ context.Context, in *cloudwatchlogs.DescribeMetricFiltersInput) (*cloudwatchlogs.DescribeMetricFiltersOutput, error) {
	if (in.MetricName == nil) != (in.MetricNamespace == nil) {
		return nil, invalid("If you include the metricName parameter in your request, you must also include the metricNamespace parameter.")
	}
	if in.LogGroupName != nil {
		if _, err := s.find(in.LogGroupName); err != nil {
			return nil, err
		}
	}
	var found []types.MetricFilter
	for name, g := range s.groups.All() {
		if in.LogGroupName != nil && name != *in.LogGroupName {
			continue
		}
		for _, f := range g.Filters {
			if strings.HasPrefix(*f.FilterName, aws.ToString(in.FilterNamePrefix)) && feeds(f, in.MetricNamespace, in.MetricName) {
				found = append(found, f)
			}
		}
	}
	order := func(f types.MetricFilter) string { return *f.FilterName + ":" + *f.LogGroupName }
	slices.SortFunc(found, func(a, b types.MetricFilter) int { return cmp.Compare(order(a), order(b)) })
	some, next, err := cut(found, order, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.DescribeMetricFiltersOutput{MetricFilters: append([]types.MetricFilter{}, some...), NextToken: next}, nil
}

// feeds reports whether a filter feeds a metric; every filter feeds no metric in
// particular.
func feeds(f types.MetricFilter, namespace, name *string) bool {
	return name == nil || slices.ContainsFunc(f.MetricTransformations, func(t types.MetricTransformation) bool {
		return aws.ToString(t.MetricName) == *name && aws.ToString(t.MetricNamespace) == *namespace
	})
}
