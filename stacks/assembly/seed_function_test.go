package assembly_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// functionClaims read the numbers out of the seed's own lines.
var functionClaims = func() map[requirement]func(*testing.T, estate) {
	claims := map[requirement]func(*testing.T, estate){}
	for _, line := range requirements() {
		_, name, ok := strings.Cut(line.heading, "(`")
		if !ok || !strings.HasSuffix(name, "-{environment}`)") {
			continue
		}
		name = strings.TrimSuffix(name, "{environment}`)")
		aspect, value, _ := strings.Cut(strings.TrimPrefix(line.line, "- **"), "**: ")
		claims[line] = func(t *testing.T, e estate) { functionHas(t, e, name+e.env.Name, aspect, value) }
	}
	return claims
}()

func functionHas(t *testing.T, e estate, name, aspect, value string) {
	path := ""
	for _, candidate := range e.typed(platform.Compute, "AWS::Lambda::Function") {
		if e.get(t, platform.Compute, candidate, "FunctionName") == name {
			path = candidate
		}
	}
	if path == "" {
		t.Fatalf("no function is named %s", name)
	}
	switch aspect {
	case "Purpose":
		e.want(t, platform.Compute, path, "Description", value)
	case "Timeout":
		var count int
		var unit string
		if _, err := fmt.Sscan(value, &count, &unit); err != nil {
			t.Fatal(err)
		}
		e.want(t, platform.Compute, path, "Timeout", count*map[string]int{"minutes": 60, "seconds": 1}[unit])
	case "Memory":
		e.want(t, platform.Compute, path, "MemorySize", strings.TrimSuffix(value, " MB"))
	case "Trigger":
		isTriggered(t, e, path, value)
	default:
		t.Errorf("the seed says %q of %s, which nobody checks", aspect, name)
	}
}

// queueOf are the queues as the seed calls them.
var queueOf = map[string]string{
	"SQS messages from AI Processing Queue": "keyvex-ai-processing-queue-",
	"SQS messages from Analytics Queue":     "keyvex-analytics-queue-",
	"SQS messages from Email Queue":         "keyvex-email-queue-",
}

func isTriggered(t *testing.T, e estate, path, by string) {
	id := "<Compute." + e.id(t, platform.Compute, path) + ">"
	if queue, ok := queueOf[by]; ok {
		e.want(t, platform.Compute, path+"Trigger", "FunctionName", id)
		e.want(t, platform.Compute, path+"Trigger", "EventSourceArn", "arn:aws:sqs:"+region+":"+account+":"+queue+e.env.Name)
		e.want(t, platform.Compute, path+"Trigger", "FunctionResponseTypes", "[ReportBatchItemFailures]")
		return
	}
	if by != "API Gateway WebSocket events" {
		t.Fatalf("unknown trigger %q", by)
	}
	arn := "arn:aws:lambda:" + region + ":" + account + ":function:keyvex-websocket-handler-" + e.env.Name
	e.want(t, platform.API, "WebSocketIntegration", "IntegrationUri", "arn:aws:apigateway:"+region+":lambda:path/2015-03-31/functions/"+arn+"/invocations")
	integration := "integrations/<Api." + e.id(t, platform.API, "WebSocketIntegration") + ">"
	for route, key := range map[string]string{"WebSocketConnectRoute": "$connect", "WebSocketDisconnectRoute": "$disconnect", "WebSocketDefaultRoute": "$default"} {
		e.want(t, platform.API, route, "RouteKey", key)
		e.want(t, platform.API, route, "Target", integration)
	}
	e.want(t, platform.API, "WebSocketPermission", "FunctionName", arn)
	e.want(t, platform.API, "WebSocketPermission", "Principal", "apigateway.amazonaws.com")
}
