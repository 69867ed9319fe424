package platform

import "time"

// Function is the short name of one of the four Lambda functions.
type Function string

// The four functions of the seed.
const (
	AIProcessor        Function = "ai-processor"
	AnalyticsProcessor Function = "analytics-processor"
	WebSocketHandler   Function = "websocket-handler"
	EmailProcessor     Function = "email-processor"
)

// Functions lists the four.
var Functions = []Function{AIProcessor, AnalyticsProcessor, WebSocketHandler, EmailProcessor}

// FunctionSpec is what the seed fixes of a function, the same in both tiers.
type FunctionSpec struct {
	Purpose string
	// MemoryMB is Lambda's memory size, in MB.
	MemoryMB int
	Timeout  time.Duration
	// Queue triggers the function; empty for the WebSocket handler, which the
	// WebSocket API calls.
	Queue Queue
	// InVPC puts the function into the isolated subnets, to reach Redis.
	InVPC bool
}

var functionSpecs = map[Function]FunctionSpec{
	AIProcessor: {
		Purpose:  "Handles long-running AI operations that exceed Vercel timeout limits",
		MemoryMB: 1024, Timeout: 15 * time.Minute, Queue: AIProcessing,
	},
	AnalyticsProcessor: {
		Purpose:  "Processes analytics data and generates insights",
		MemoryMB: 512, Timeout: 5 * time.Minute, Queue: Analytics, InVPC: true,
	},
	WebSocketHandler: {
		Purpose:  "Manages WebSocket connections for real-time updates",
		MemoryMB: 256, Timeout: 30 * time.Second,
	},
	EmailProcessor: {
		Purpose:  "Handles email notifications and campaigns",
		MemoryMB: 256, Timeout: 2 * time.Minute, Queue: Email,
	},
}

// Spec gives the function's sizes.
func (f Function) Spec() FunctionSpec { return functionSpecs[f] }

// Lambda's settings that all four functions share.
const (
	LambdaRuntime      = "provided.al2023"
	LambdaArchitecture = "arm64"
	LambdaHandler      = "bootstrap"
)

// FindFunction finds a function by its short name, in any case of letters.
func FindFunction(name string) (Function, bool) { return findFold(Functions, name) }

// FunctionName is the function's physical name, "keyvex-ai-processor-{env}".
func (e Environment) FunctionName(f Function) string { return e.named(string(f)) }

// FunctionRoleName is the name of the function's execution role.
func (e Environment) FunctionRoleName(f Function) string { return e.named(string(f) + "-role") }

// FunctionLogGroup is the log group that the function writes to.
func (e Environment) FunctionLogGroup(f Function) string {
	return "/aws/lambda/" + e.FunctionName(f)
}
