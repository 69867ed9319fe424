package apigateway

import "strings"

// originsVariable is the stage variable in which a stage lists the origins of its
// web application, comma separated.
const originsVariable = "corsOrigins"

// Origins are those that the stages list.
func (s *Service) Origins() []string {
	var out []string
	for _, stage := range s.stages.All() {
		for origin := range strings.SplitSeq(stage.Properties.Variables[originsVariable], ",") {
			if origin = strings.TrimSpace(origin); origin != "" && !strings.Contains(origin, "*") {
				out = append(out, origin)
			}
		}
	}
	return out
}
