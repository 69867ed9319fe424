package trail

import (
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
)

// Kind is what kind of thing a Place is.
type Kind string

// The kinds that events are told by; all others are Other.
const (
	Function   Kind = "function"
	Queue      Kind = "queue"
	DeadLetter Kind = "dead-letter queue"
	Secret     Kind = "secret"
	Stack      Kind = "stack"
	Other      Kind = "other"
)

// Place is a thing of the environment, by its short name. A dead-letter queue goes by the
// name of its source.
type Place struct {
	Kind Kind
	Name string
}

// places are an environment's things by their physical names.
func places(env platform.Environment) map[string]Place {
	all := map[string]Place{
		env.TableName(): {Other, "table"}, env.CacheName(): {Other, "cache"}, env.TopicName(): {Other, "alerts"},
		env.RESTAPIName(): {Other, "rest"}, env.WebSocketAPIName(): {Other, "websocket"}, env.DashboardName(): {Other, "dashboard"},
		env.ApplicationRoleName(): {Other, "application-role"}, env.ApplicationUserName(): {Other, "application"},
		env.ApplicationPolicyName(): {Other, "application-policy"}, env.GatewayRoleName(): {Other, "rest-api-role"},
	}
	for _, node := range env.CacheNodeNames() {
		all[node] = Place{Other, "cache"}
	}
	for _, f := range platform.Functions {
		all[env.FunctionName(f)] = Place{Function, string(f)}
		all[env.FunctionRoleName(f)] = Place{Other, string(f) + "-role"}
	}
	for _, q := range platform.Queues {
		all[env.QueueName(q)] = Place{Queue, string(q)}
		all[env.DeadLetterQueueName(q)] = Place{DeadLetter, string(q)}
	}
	for _, s := range platform.Secrets {
		all[env.SecretName(s)] = Place{Secret, string(s)}
	}
	for _, s := range platform.Stacks {
		all[env.StackName(s)] = Place{Stack, string(s)}
	}
	for _, contract := range platform.Contracts {
		all[env.ParameterName(contract.Key)] = Place{Other, string(contract.Key)}
	}
	return all
}

// placeOf is the first of the environment's things among names, ARNs and addresses. A
// function counts before the queue that it takes from, and the queue that messages come
// from before the one that they go to.
func placeOf(env platform.Environment, named []string) Place {
	all, best := places(env), Place{}
	for _, name := range named {
		found, ok := all[name]
		if !ok {
			found, ok = all[physical(name)]
		}
		if ok && (best == Place{} || rank[found.Kind] < rank[best.Kind]) {
			best = found
		}
	}
	return best
}

var rank = map[Kind]int{Stack: 0, Function: 1, Secret: 2, DeadLetter: 3, Queue: 4, Other: 5}

// secretSuffix is the length of what Secrets Manager appends to a secret's name in its
// ARN, the hyphen included.
const secretSuffix = 7

// physical is the name in an ARN or a queue's address.
func physical(name string) string {
	if parts := strings.SplitN(name, ":", 7); parts[0] == "arn" && len(parts) >= 6 {
		resource := parts[len(parts)-1]
		switch parts[2] {
		case "secretsmanager":
			return resource[:max(len(resource)-secretSuffix, 0)]
		case "lambda": // a version or an alias may follow
			function, _, _ := strings.Cut(resource, ":")
			return function
		case "ssm":
			return strings.TrimPrefix(resource, "parameter")
		case "cloudformation": // stack/NAME/ID
			_, resource, _ = strings.Cut(resource, "/")
			stack, _, _ := strings.Cut(resource, "/")
			return stack
		}
		return resource[strings.LastIndexByte(resource, '/')+1:]
	}
	if strings.HasPrefix(name, "http") {
		return name[strings.LastIndexByte(name, '/')+1:]
	}
	return name
}
