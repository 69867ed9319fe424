package cloudwatch

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

var alarmTimes = resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(5), Delete: resource.Seconds(2)}

func (s *Service) alarmType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::CloudWatch::Alarm", NameProperty: "AlarmName", CreateOnly: []string{"AlarmName"}, Attributes: []string{"Arn"}, Times: alarmTimes,
	}, resource.Steps[metricProperties]{
		Create: func(_ context.Context, r resource.Request, p *metricProperties) (resource.Result, error) {
			return s.create(r, &p.common, func(name string, tags map[string]string) error { return s.putMetric(name, *p, tags) })
		},
		Update: func(_ context.Context, r resource.Request, p *metricProperties) (resource.Result, error) {
			return s.update(r, &p.common, func(name string, tags map[string]string) error { return s.putMetric(name, *p, tags) })
		},
		Delete: func(ctx context.Context, r resource.Request, _ *metricProperties) error {
			return s.delete(ctx, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*metricProperties, bool) {
			a, ok := s.alarms.Get(id)
			if !ok || a.Metric == nil {
				return nil, false
			}
			live := a.copied().Metric
			live.AlarmName, live.Tags = &a.Name, resource.OwnTags(a.AllTags)
			return live, true
		},
		Find: func(_ context.Context, p *metricProperties) (resource.Result, bool) { return s.found(p.AlarmName) },
	})
}

func (s *Service) compositeType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::CloudWatch::CompositeAlarm", NameProperty: "AlarmName", CreateOnly: []string{"AlarmName"}, Attributes: []string{"Arn"}, Times: alarmTimes,
	}, resource.Steps[compositeProperties]{
		Create: func(_ context.Context, r resource.Request, p *compositeProperties) (resource.Result, error) {
			return s.create(r, &p.common, func(name string, tags map[string]string) error { return s.putComposite(name, *p, tags) })
		},
		Update: func(_ context.Context, r resource.Request, p *compositeProperties) (resource.Result, error) {
			return s.update(r, &p.common, func(name string, tags map[string]string) error { return s.putComposite(name, *p, tags) })
		},
		Delete: func(ctx context.Context, r resource.Request, _ *compositeProperties) error {
			return s.delete(ctx, r.PhysicalID)
		},
		Read: func(_ context.Context, id string) (*compositeProperties, bool) {
			a, ok := s.alarms.Get(id)
			if !ok || a.Composite == nil {
				return nil, false
			}
			live := a.copied().Composite
			live.AlarmName, live.Tags = &a.Name, resource.OwnTags(a.AllTags)
			return live, true
		},
		Find: func(_ context.Context, p *compositeProperties) (resource.Result, bool) { return s.found(p.AlarmName) },
	})
}

func (s *Service) found(name *string) (resource.Result, bool) {
	a, ok := s.alarms.Get(value(name))
	return s.result(a.Name), ok
}

func (s *Service) result(name string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": s.arn(name)}}
}

// create puts an alarm that must be new: PutMetricAlarm itself would take over
// another's.
func (s *Service) create(r resource.Request, c *common, put func(name string, tags map[string]string) error) (resource.Result, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	name := r.GeneratedName(255)
	if c.AlarmName != nil {
		name = *c.AlarmName
	}
	if _, taken := s.alarms.Get(name); taken {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: name + " already exists"}
	}
	return s.result(name), put(name, r.AllTags(c.Tags))
}

func (s *Service) update(r resource.Request, c *common, put func(name string, tags map[string]string) error) (resource.Result, error) {
	defer s.act()
	s.mu.Lock()
	defer s.mu.Unlock()
	tags := r.AllTags(c.Tags)
	if err := put(r.PhysicalID, tags); err != nil {
		return resource.Result{}, err
	}
	a, err := s.find(r.PhysicalID)
	a.AllTags = tags
	s.alarms.Set(a.Name, a)
	return s.result(a.Name), err
}

func (s *Service) delete(ctx context.Context, name string) error {
	_, err := s.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{name}})
	return err
}
