package cloudwatch

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type dashboard struct {
	Name, Body string
	Modified   time.Time
}

var dashboardName = lazy.Regexp(`^[A-Za-z0-9_-]{1,255}$`)

func (s *Service) dashboardARN(name string) string {
	return s.host.GlobalARN("cloudwatch", "dashboard/"+name)
}

// checkBody refuses a body that is no dashboard.
func checkBody(body string) error {
	var parsed struct {
		Widgets []struct{ Type string }
	}
	if err := json.Unmarshal([]byte(body), &parsed); err != nil {
		return invalidDashboard("The field DashboardBody must be a valid JSON object", "/", err.Error())
	}
	if parsed.Widgets == nil {
		return invalidDashboard("The dashboard body is invalid, there are 1 validation errors", "/", "Should have property 'widgets'")
	}
	for _, w := range parsed.Widgets {
		if w.Type == "" {
			return invalidDashboard("The dashboard body is invalid, there are 1 validation errors", "/widgets", "Should have property 'type'")
		}
	}
	return nil
}

func invalidDashboard(message, path, detail string) error {
	return &types.DashboardInvalidInputError{Message: &message, DashboardValidationMessages: []types.DashboardValidationMessage{{DataPath: &path, Message: &detail}}}
}

// PutDashboard makes or replaces a dashboard.
func (s *Service) PutDashboard(_ context.Context, in *cloudwatch.PutDashboardInput) (*cloudwatch.PutDashboardOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := value(in.DashboardName)
	if !dashboardName().MatchString(name) {
		return nil, invalidDashboard("The value "+name+" for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).", "/", "name")
	}
	if err := checkBody(value(in.DashboardBody)); err != nil {
		return nil, err
	}
	s.dashboards.Set(name, dashboard{Name: name, Body: *in.DashboardBody, Modified: s.now()})
	return &cloudwatch.PutDashboardOutput{DashboardValidationMessages: []types.DashboardValidationMessage{}}, nil
}

func noDashboard(names ...string) error {
	return &types.DashboardNotFoundError{Message: new("Dashboard " + strings.Join(names, ", ") + " does not exist")}
}

// GetDashboard gives a dashboard with its body.
func (s *Service) GetDashboard(_ context.Context, in *cloudwatch.GetDashboardInput) (*cloudwatch.GetDashboardOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.dashboards.Get(value(in.DashboardName))
	if !ok {
		return nil, noDashboard(value(in.DashboardName))
	}
	return &cloudwatch.GetDashboardOutput{DashboardName: &d.Name, DashboardBody: &d.Body, DashboardArn: new(s.dashboardARN(d.Name))}, nil
}

// ListDashboards lists dashboards by a prefix.
func (s *Service) ListDashboards(_ context.Context, in *cloudwatch.ListDashboardsInput) (*cloudwatch.ListDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []types.DashboardEntry{}
	for name, d := range s.dashboards.All() {
		if strings.HasPrefix(name, value(in.DashboardNamePrefix)) {
			all = append(all, types.DashboardEntry{
				DashboardName: &name, DashboardArn: new(s.dashboardARN(name)), LastModified: &d.Modified, Size: new(int64(len(d.Body))),
			})
		}
	}
	some, next, err := paged(all, func(e types.DashboardEntry) string { return *e.DashboardName }, in.NextToken, nil)
	return &cloudwatch.ListDashboardsOutput{DashboardEntries: some, NextToken: next}, err
}

// DeleteDashboards deletes all of the named dashboards or, when one is missing, none.
func (s *Service) DeleteDashboards(_ context.Context, in *cloudwatch.DeleteDashboardsInput) (*cloudwatch.DeleteDashboardsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range in.DashboardNames {
		if _, ok := s.dashboards.Get(name); !ok {
			return nil, noDashboard(name)
		}
	}
	for _, name := range in.DashboardNames {
		s.dashboards.Delete(name)
	}
	return &cloudwatch.DeleteDashboardsOutput{}, nil
}

type dashboardProperties struct {
	DashboardBody string `cfn:"required"`
	DashboardName *string
}

func (s *Service) dashboardType() resource.Type {
	put := func(ctx context.Context, name, body string) (resource.Result, error) {
		_, err := s.PutDashboard(ctx, &cloudwatch.PutDashboardInput{DashboardName: &name, DashboardBody: &body})
		return resource.Result{PhysicalID: name}, err
	}
	return resource.Typed(resource.Type{
		Name:         "AWS::CloudWatch::Dashboard",
		NameProperty: "DashboardName",
		CreateOnly:   []string{"DashboardName"},
		Times:        resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(5), Delete: resource.Seconds(2)},
	}, resource.Steps[dashboardProperties]{
		Create: func(ctx context.Context, r resource.Request, p *dashboardProperties) (resource.Result, error) {
			if p.DashboardName == nil {
				p.DashboardName = new(r.GeneratedName(255))
			}
			if _, taken := s.dashboards.Get(*p.DashboardName); taken {
				return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: "Dashboard " + *p.DashboardName + " already exists"}
			}
			return put(ctx, *p.DashboardName, p.DashboardBody)
		},
		Update: func(ctx context.Context, r resource.Request, p *dashboardProperties) (resource.Result, error) {
			return put(ctx, r.PhysicalID, p.DashboardBody)
		},
		Delete: func(ctx context.Context, r resource.Request, _ *dashboardProperties) error {
			_, err := s.DeleteDashboards(ctx, &cloudwatch.DeleteDashboardsInput{DashboardNames: []string{r.PhysicalID}})
			return err
		},
		Read: func(_ context.Context, id string) (*dashboardProperties, bool) {
			d, ok := s.dashboards.Get(id)
			return &dashboardProperties{DashboardBody: d.Body, DashboardName: &d.Name}, ok
		},
	})
}
