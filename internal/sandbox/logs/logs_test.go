package logs_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func client(t *testing.T) (*cloudwatchlogs.Client, *logs.Service) {
	t.Helper()
	service := logs.New(oracle.Host())
	return cloudwatchlogs.NewFromConfig(oracle.Config(service.Wire())), service
}

func create(t *testing.T, c *cloudwatchlogs.Client, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := c.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}); err != nil {
			t.Fatal(err)
		}
	}
}

func groups(t *testing.T, c *cloudwatchlogs.Client, in *cloudwatchlogs.DescribeLogGroupsInput) []string {
	t.Helper()
	var names []string
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c, in)
	for pages.HasMorePages() {
		out, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
	}
	return names
}

func TestLogGroupsAreFoundByPrefixAndByPattern(t *testing.T) {
	c, _ := client(t)
	create(t, c, "/aws/lambda/b", "/aws/lambda/a", "/other/LAMBDA")
	for _, tc := range []struct {
		in   cloudwatchlogs.DescribeLogGroupsInput
		want []string
	}{
		{cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(1)}, []string{"/aws/lambda/a", "/aws/lambda/b", "/other/LAMBDA"}},
		{cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/")}, []string{"/aws/lambda/a", "/aws/lambda/b"}},
		{cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePattern: aws.String("er/lam")}, []string{"/other/LAMBDA"}},
	} {
		if got := groups(t, c, &tc.in); !slices.Equal(got, tc.want) {
			t.Errorf("got %v, want %v", got, tc.want)
		}
	}
}

func TestRetentionTakesCertainNumbersOfDaysOnly(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g")
	set := func(days int32) string {
		_, err := c.PutRetentionPolicy(t.Context(), &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("g"), RetentionInDays: &days})
		return oracle.Code(err)
	}
	for days, code := range map[int32]string{14: "", 3653: "", 2: "InvalidParameterException", 0: "InvalidParameterException"} {
		if got := set(days); got != code {
			t.Errorf("%d days: %q", days, got)
		}
	}
	if _, err := c.DeleteRetentionPolicy(t.Context(), &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: aws.String("g")}); err != nil {
		t.Fatal(err)
	}
	out, err := c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil || out.LogGroups[0].RetentionInDays != nil {
		t.Errorf("%v, %v", out, err)
	}
}

func TestADeletedGroupTakesItsOwnStreamsAlong(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g", "g2")
	for _, group := range []string{"g", "g2"} {
		for _, name := range []string{"a", "b"} {
			if _, err := c.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &name}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := c.DeleteLogGroup(t.Context(), &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String("g")}); err != nil {
		t.Fatal(err)
	}
	create(t, c, "g")
	for group, want := range map[string][]string{"g": nil, "g2": {"b", "a"}} {
		var names []string
		pages := cloudwatchlogs.NewDescribeLogStreamsPaginator(c, &cloudwatchlogs.DescribeLogStreamsInput{
			LogGroupName: &group, Limit: aws.Int32(1), Descending: aws.Bool(true),
		})
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range out.LogStreams {
				names = append(names, *s.LogStreamName)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("streams of %s: %v, want %v", group, names, want)
		}
	}
}

func TestTagsAreTheSameByNameAndByARN(t *testing.T) {
	c, _ := client(t)
	create(t, c, "g")
	arn := aws.String("arn:aws:logs:us-east-1:123456789012:log-group:g")
	if _, err := c.TagResource(t.Context(), &cloudwatchlogs.TagResourceInput{ResourceArn: arn, Tags: map[string]string{"a": "1", "b": "2"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.UntagResource(t.Context(), &cloudwatchlogs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"b", "c"}}); err != nil {
		t.Fatal(err)
	}
	//nolint:staticcheck // older clients use it
	out, err := c.ListTagsLogGroup(t.Context(), &cloudwatchlogs.ListTagsLogGroupInput{LogGroupName: aws.String("g")})
	if err != nil || !maps.Equal(out.Tags, map[string]string{"a": "1"}) {
		t.Errorf("%v, %v", out, err)
	}
}

func TestALogGroupLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	stack := oracle.NewStack(t, service.Resources())
	before := `{"LogGroupName": "/aws/lambda/f", "RetentionInDays": 7, "Tags": [{"Key": "a", "Value": "1"}]}`
	made := stack.Create("AWS::Logs::LogGroup", "Group", before)
	if made.PhysicalID != "/aws/lambda/f" || made.Attributes["Arn"] != "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/f:*" {
		t.Errorf("made %+v", made)
	}
	stack.Update("AWS::Logs::LogGroup", "Group", made.PhysicalID, before, `{"LogGroupName": "/aws/lambda/f"}`)
	out, err := c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil || out.LogGroups[0].RetentionInDays != nil {
		t.Errorf("retention that the properties no longer have: %v, %v", out, err)
	}
	if _, err := stack.Try("AWS::Logs::LogGroup", "Again", before); err == nil {
		t.Error("a second log group of the same name was made")
	}
	if _, err := stack.Try("AWS::Logs::LogGroup", "Odd", `{"RetentionInDays": 2}`); err == nil || len(groups(t, c, &cloudwatchlogs.DescribeLogGroupsInput{})) != 1 {
		t.Error("a log group with an impossible retention was made, or left behind")
	}
	stack.Delete("AWS::Logs::LogGroup", "Group", made.PhysicalID, before)
}

func TestAMetricFilterLivesThroughItsStack(t *testing.T) {
	c, service := client(t)
	create(t, c, "g")
	stack := oracle.NewStack(t, service.Resources())
	properties := func(value string) string {
		return `{"LogGroupName": "g", "FilterPattern": "{ $.level = \"error\" }", "MetricTransformations": [
			{"MetricName": "errors", "MetricNamespace": "Keyvex", "MetricValue": "` + value + `", "Dimensions": [{"Key": "k", "Value": "$.k"}]}]}`
	}
	made := stack.Create("AWS::Logs::MetricFilter", "Filter", properties("1"))
	stack.Update("AWS::Logs::MetricFilter", "Filter", made.PhysicalID, properties("1"), properties("2"))
	find := func(name string) []types.MetricFilter {
		out, err := c.DescribeMetricFilters(t.Context(), &cloudwatchlogs.DescribeMetricFiltersInput{MetricName: &name, MetricNamespace: aws.String("Keyvex")})
		if err != nil {
			t.Fatal(err)
		}
		return out.MetricFilters
	}
	if got := find("errors"); len(got) != 1 || *got[0].MetricTransformations[0].MetricValue != "2" || len(find("other")) != 0 {
		t.Errorf("found %+v", got)
	}
	stack.Delete("AWS::Logs::MetricFilter", "Filter", made.PhysicalID, properties("2"))
}
