package apigateway

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// LogAccess writes a stage's access log line: the format with $context's variables
// in it, "-" for those that are missing. The destination is a log group's ARN;
// variable gives a variable by its name, "identity.sourceIp", "" for none.
func (s *Service) LogAccess(destination, format string, variable func(name string) string) {
	_, group, ok := strings.Cut(destination, ":log-group:")
	if !ok || s.siblings.Logs == nil {
		return
	}
	line := contextVariable().ReplaceAllStringFunc(format, func(found string) string {
		if text := variable(strings.TrimPrefix(found, "$context.")); text != "" {
			return escaped(text)
		}
		return "-"
	})
	// One stream a stage, where AWS spreads the lines over many. A group that is
	// gone loses the line, as in AWS.
	stream := variable("apiId") + "_" + variable("stage")
	_ = s.siblings.Logs.Append(strings.TrimSuffix(group, ":*"), stream, host.LogLine{At: s.host.Clock.Now(), Message: line})
}

// escaped keeps a value from ending the JSON string that it stands in.
func escaped(text string) string {
	quoted := vtl.JSON(text)
	return quoted[1 : len(quoted)-1]
}
