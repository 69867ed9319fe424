package stacks

import (
	"encoding/json"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// graph is one widget: a title and its lines.
type graph struct {
	title   string
	metrics []metric
}

// Widgets stand in rows of three on a grid of 24.
const (
	graphWidth  = 8
	graphHeight = 6
	gridWidth   = 24
	titleHeight = 1
)

// dashboard shows the seed's four groups of metrics, and those of the two APIs.
func (s stack) dashboard(socket *string) {
	groups := []struct {
		title  string
		graphs []graph
	}{
		{"Lambda functions", s.lambdaGraphs()},
		{"DynamoDB", s.tableGraphs()},
		{"SQS", s.queueGraphs()},
		{"ElastiCache", s.cacheGraphs()},
		{"APIs", s.apiGraphs()},
	}
	var widgets []any
	y := 0
	for _, group := range groups {
		widgets = append(widgets, map[string]any{
			"type": "text", "x": 0, "y": y, "width": gridWidth, "height": titleHeight,
			"properties": map[string]any{"markdown": "## " + group.title},
		})
		y += titleHeight
		for i, g := range group.graphs {
			widgets = append(widgets, g.widget(i*graphWidth, y))
		}
		y += graphHeight
	}
	body, _ := json.Marshal(map[string]any{"widgets": widgets}) // texts and numbers always encode
	awscloudwatch.NewCfnDashboard(s.scope, jsii.String("Dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: jsii.String(s.env.DashboardName()),
		DashboardBody: awscdk.Fn_Sub(jsii.String(string(body)), &map[string]*string{socketVariable: socket}),
	})
	s.output("DashboardName", "CloudWatch dashboard", s.env.DashboardName())
}

// socketVariable stands in the dashboard's body for the WebSocket API's id.
const socketVariable = "Socket"

func (g graph) widget(x, y int) map[string]any {
	lines := make([]any, len(g.metrics))
	for i, m := range g.metrics {
		line := []any{m.namespace, m.name}
		for _, dimension := range m.dimensions {
			line = append(line, dimension)
		}
		lines[i] = append(line, map[string]any{"stat": m.stat})
	}
	return map[string]any{
		"type": "metric", "x": x, "y": y, "width": graphWidth, "height": graphHeight,
		"properties": map[string]any{
			"title": g.title, "region": "${AWS::Region}", "view": "timeSeries", "period": 300, "metrics": lines,
		},
	}
}

// each draws one line for each of things.
func each[T any](title string, things []T, line func(T) metric) graph {
	g := graph{title: title}
	for _, thing := range things {
		g.metrics = append(g.metrics, line(thing))
	}
	return g
}

func (s stack) lambdaGraphs() []graph {
	draw := func(title, name, stat string) graph {
		return each(title, platform.Functions, func(f platform.Function) metric { return s.lambdaMetric(f, name, stat) })
	}
	return []graph{draw("Errors", "Errors", "Sum"), draw("Duration, p95", "Duration", "p95"), draw("Invocations", "Invocations", "Sum")}
}

func (s stack) tableGraphs() []graph {
	capacity := func(title, name string) graph {
		return graph{title, []metric{{"AWS/DynamoDB", name, "Sum", []string{"TableName", s.env.TableName()}}}}
	}
	return []graph{
		capacity("Read capacity", "ConsumedReadCapacityUnits"),
		capacity("Write capacity", "ConsumedWriteCapacityUnits"),
		{"Throttling", s.tableThrottles()},
	}
}

func (s stack) queueGraphs() []graph {
	draw := func(title, name, stat string, queue func(platform.Queue) string) graph {
		return each(title, platform.Queues, func(q platform.Queue) metric { return sqsMetric(queue(q), name, stat) })
	}
	return []graph{
		draw("Messages waiting", "ApproximateNumberOfMessagesVisible", "Maximum", s.env.QueueName),
		draw("Age of the oldest message", "ApproximateAgeOfOldestMessage", "Maximum", s.env.QueueName),
		draw("Dead letters", "ApproximateNumberOfMessagesVisible", "Maximum", s.env.DeadLetterQueueName),
	}
}

func (s stack) cacheGraphs() []graph {
	draw := func(title, name string) graph {
		return each(title, s.env.CacheNodeNames(), func(node string) metric {
			return metric{"AWS/ElastiCache", name, "Average", []string{"CacheClusterId", node}}
		})
	}
	return []graph{
		draw("CPU", "CPUUtilization"), draw("Memory", "DatabaseMemoryUsagePercentage"), draw("Connections", "CurrConnections"),
	}
}

func (s stack) apiGraphs() []graph {
	socket := func(name string) metric {
		return metric{"AWS/ApiGateway", name, "Sum", []string{"ApiId", "${" + socketVariable + "}", "Stage", s.tier.Stage}}
	}
	return []graph{
		{"REST requests and errors", []metric{s.restMetric("Count", "Sum"), s.restMetric("4XXError", "Sum"), s.restMetric("5XXError", "Sum")}},
		{"REST latency, p95", []metric{s.restMetric("Latency", "p95")}},
		{"WebSocket connections, messages and errors", []metric{socket("ConnectCount"), socket("MessageCount"), socket("IntegrationError")}},
	}
}
