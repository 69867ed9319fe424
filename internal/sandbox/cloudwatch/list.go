package cloudwatch

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudwatch/series"
	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// How far back ListMetrics looks: metrics without data for two weeks are not listed.
const (
	listedFor  = 14 * 24 * time.Hour
	activeFor  = 3 * time.Hour
	listedMost = 500
)

// ListMetrics lists metrics by namespace, name and dimensions.
func (s *Service) ListMetrics(_ context.Context, in *cloudwatch.ListMetricsInput) (*cloudwatch.ListMetricsOutput, error) {
	since := listedFor
	if in.RecentlyActive != "" {
		if in.RecentlyActive != types.RecentlyActivePt3h {
			return nil, invalidValue("The value %s for parameter RecentlyActive is invalid.", in.RecentlyActive)
		}
		since = activeFor
	}
	found := []types.Metric{}
	for _, m := range s.series.Metrics(s.host.Clock.Now().Add(-since)) {
		if asks(in, m) {
			found = append(found, shown(m))
		}
	}
	some, next, ok := page.Of(found, func(m types.Metric) string { return listKey(m) }, value(in.NextToken), listedMost)
	if !ok {
		return nil, invalidValue("The next token specified is invalid.")
	}
	return &cloudwatch.ListMetricsOutput{Metrics: some, NextToken: present(next)}, nil
}

// listKey follows the order of series.Metrics.
func listKey(m types.Metric) string {
	key := *m.Namespace + "\x00" + *m.MetricName
	for _, d := range m.Dimensions {
		key += "\x00" + *d.Name + "\x00" + *d.Value
	}
	return key
}

func asks(in *cloudwatch.ListMetricsInput, m series.Metric) bool {
	if in.Namespace != nil && *in.Namespace != m.Namespace || in.MetricName != nil && *in.MetricName != m.Name {
		return false
	}
	for _, filter := range in.Dimensions {
		found := false
		for _, d := range m.Dimensions {
			found = found || d.Name == value(filter.Name) && (filter.Value == nil || *filter.Value == d.Value)
		}
		if !found {
			return false
		}
	}
	return true
}

func shown(m series.Metric) types.Metric {
	out := types.Metric{Namespace: &m.Namespace, MetricName: &m.Name, Dimensions: []types.Dimension{}}
	for _, d := range m.Dimensions {
		out.Dimensions = append(out.Dimensions, types.Dimension{Name: &d.Name, Value: &d.Value})
	}
	return out
}

// title is a metric in words, for labels: its name and the values of its dimensions.
func title(m series.Metric) string {
	words := []string{m.Name}
	for _, d := range m.Dimensions {
		words = append(words, d.Value)
	}
	return strings.Join(words, " ")
}
