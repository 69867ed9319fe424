package apigateway

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// LogAccess writes a stage's access log line: the format with $context's variables
// in it, "-" for those that are missing. The destination is a log group's ARN.
// Variables are nested by the dots in their names.
func (s *Service) LogAccess(destination, format string, variables map[string]any) {
	if s.siblings.Logs == nil {
		return
	}
	_, group, ok := strings.Cut(destination, ":log-group:")
	if !ok {
		return
	}
	group = strings.TrimSuffix(group, ":*")
	line := host.LogLine{At: s.host.Clock.Now(), Message: accessLine(format, variables)}
	// A group that is gone loses the line, as in AWS.
	_ = s.siblings.Logs.Append(group, accessStream(variables), line)
}

// accessStream is one of the streams that API Gateway spreads its lines over: an
// API's and stage's always the same here.
func accessStream(variables map[string]any) string {
	return vtl.Text(variables["apiId"]) + "_" + vtl.Text(variables["stage"])
}

func accessLine(format string, variables map[string]any) string {
	nested := vtl.NewMap()
	for name, v := range variables {
		nested.Set(name, v)
	}
	return contextVariable().ReplaceAllStringFunc(format, func(found string) string {
		if text := lookup(nested, strings.TrimPrefix(found, "$context.")); text != "" {
			return escaped(text)
		}
		return "-"
	})
}

// escaped keeps a value from ending the JSON string that it stands in.
func escaped(text string) string {
	quoted := vtl.JSON(text)
	return quoted[1 : len(quoted)-1]
}
