package logs

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// filterProperties are the properties of AWS::Logs::MetricFilter.
type filterProperties struct {
	FilterName            string
	FilterPattern         *string                    `cfn:"required"`
	LogGroupName          *string                    `cfn:"required"`
	MetricTransformations []transformationProperties `cfn:"required"`
}

type transformationProperties struct {
	MetricName      *string `cfn:"required"`
	MetricNamespace *string `cfn:"required"`
	MetricValue     *string `cfn:"required"`
	DefaultValue    *float64
	Dimensions      []resource.Tag
	Unit            types.StandardUnit
}

func (s *Service) filterType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::Logs::MetricFilter", NameProperty: "FilterName", CreateOnly: []string{"FilterName", "LogGroupName"},
		Times: resource.Times{Create: 5 * time.Second, Update: 5 * time.Second, Delete: 3 * time.Second},
	}, resource.Steps[filterProperties]{
		Create: func(ctx context.Context, r resource.Request, p *filterProperties) (resource.Result, error) {
			r.PhysicalID = p.FilterName
			if r.PhysicalID == "" {
				r.PhysicalID = r.GeneratedName(512)
			}
			return s.putFilter(ctx, r, p)
		},
		Update: s.putFilter,
		Delete: func(ctx context.Context, r resource.Request, p *filterProperties) error {
			_, err := s.DeleteMetricFilter(ctx, &cloudwatchlogs.DeleteMetricFilterInput{FilterName: &r.PhysicalID, LogGroupName: p.LogGroupName})
			return err
		},
		Read: s.readFilter,
	})
}

func (s *Service) putFilter(ctx context.Context, r resource.Request, p *filterProperties) (resource.Result, error) {
	in := &cloudwatchlogs.PutMetricFilterInput{FilterName: &r.PhysicalID, FilterPattern: p.FilterPattern, LogGroupName: p.LogGroupName}
	for _, t := range p.MetricTransformations {
		made := types.MetricTransformation{
			MetricName: t.MetricName, MetricNamespace: t.MetricNamespace, MetricValue: t.MetricValue, DefaultValue: t.DefaultValue, Unit: t.Unit,
		}
		for _, dimension := range t.Dimensions {
			if made.Dimensions == nil {
				made.Dimensions = map[string]string{}
			}
			made.Dimensions[dimension.Key] = dimension.Value
		}
		in.MetricTransformations = append(in.MetricTransformations, made)
	}
	_, err := s.PutMetricFilter(ctx, in)
	return resource.Result{PhysicalID: r.PhysicalID}, err
}

// readFilter takes the first log group that has a filter of that name: the
// physical id is the name alone.
func (s *Service) readFilter(_ context.Context, physicalID string) (*filterProperties, bool) {
	for _, g := range s.groups.All() {
		f, ok := g.Filters[physicalID]
		if !ok {
			continue
		}
		p := &filterProperties{FilterName: physicalID, FilterPattern: f.FilterPattern, LogGroupName: f.LogGroupName}
		for _, t := range f.MetricTransformations {
			shown := transformationProperties{
				MetricName: t.MetricName, MetricNamespace: t.MetricNamespace, MetricValue: t.MetricValue, DefaultValue: t.DefaultValue, Unit: t.Unit,
			}
			for _, key := range slices.Sorted(maps.Keys(t.Dimensions)) {
				shown.Dimensions = append(shown.Dimensions, resource.Tag{Key: key, Value: t.Dimensions[key]})
			}
			p.MetricTransformations = append(p.MetricTransformations, shown)
		}
		return p, true
	}
	return nil, false
}
