package logs

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Group is a log group and what people call it.
type Group struct {
	// Name is CloudWatch's, Short people's: "ai-processor".
	Name, Short string
	// Function is the one that writes it, empty for the access logs of an API.
	Function platform.Function
}

// The short names of the APIs' access logs.
const (
	REST      = "rest"
	WebSocket = "websocket"
)

// Groups lists the log groups of an environment.
func Groups(env platform.Environment) []Group {
	var groups []Group
	for _, f := range platform.Functions {
		groups = append(groups, Group{Name: env.FunctionLogGroup(f), Short: string(f), Function: f})
	}
	return append(groups, Group{Name: env.RESTLogGroup(), Short: REST}, Group{Name: env.WebSocketLogGroup(), Short: WebSocket})
}

// Names lists the short names that FindGroups knows.
func Names() []string {
	var names []string
	for _, g := range Groups(platform.Environment{}) {
		names = append(names, g.Short)
	}
	return names
}

// FindGroups finds groups by their short names, in any case of letters; without a
// name those of all functions. A name that there is none of is a usage problem.
func FindGroups(env platform.Environment, names []string) ([]Group, error) {
	all := Groups(env)
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(g Group) bool { return g.Function == "" }), nil
	}
	var chosen []Group
	for _, name := range names {
		i := slices.IndexFunc(all, func(g Group) bool { return strings.EqualFold(g.Short, name) })
		if i < 0 {
			return nil, problem.New(problem.Usage, "there is no function %q", name).WithHint("%s", strings.Join(Names(), ", "))
		}
		if !slices.Contains(chosen, all[i]) {
			chosen = append(chosen, all[i])
		}
	}
	return chosen, nil
}
