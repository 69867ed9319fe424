package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
)

// mapped gives what a parameter mapping stands for: a literal in quotes, or a part
// of the request, of the integration's answer (nil before there is one), of
// $context or of the stage's variables (API Gateway Developer Guide, "Parameter
// mapping source reference"). What is missing is "".
func (e *execution) mapped(source string, from *reply) string {
	if literal, ok := strings.CutPrefix(source, "'"); ok {
		return strings.TrimSuffix(literal, "'")
	}
	place, name := cutPlace(source)
	switch place {
	case "method.request.header", "gateway.request.header":
		return e.request.Header.Get(name)
	case "method.request.querystring", "method.request.multivaluequerystring":
		return e.input.Query[name]
	case "method.request.path":
		return e.input.Path[name]
	case "method.request.body":
		return vtl.Text(e.input.Call("path", []any{"$." + name}))
	case "integration.response.header":
		if from != nil {
			return from.header.Get(name)
		}
	case "integration.response.body":
		if from != nil {
			return vtl.Text((&vtl.Input{Body: string(from.body)}).Call("path", []any{"$." + name}))
		}
	case "context":
		return lookup(e.variables, name)
	case "stageVariables":
		return e.stage.Properties.Variables[name]
	}
	return ""
}

// cutPlace parts "method.request.header.X-Name" into where and what.
func cutPlace(source string) (place, name string) {
	for _, place := range []string{
		"method.request.header", "method.request.querystring", "method.request.multivaluequerystring", "method.request.path", "method.request.body",
		"gateway.request.header", "integration.response.header", "integration.response.body", "context", "stageVariables",
	} {
		if name, ok := strings.CutPrefix(source, place+"."); ok {
			return place, name
		}
	}
	return "", ""
}

// lookup finds "identity.sourceIp" among nested variables, "" for none.
func lookup(variables *vtl.Map, path string) string {
	var v any = variables
	for name := range strings.SplitSeq(path, ".") {
		within, ok := v.(*vtl.Map)
		if !ok {
			return ""
		}
		v = within.Get(name)
	}
	return vtl.Text(v)
}

var contextVariable = lazy.Regexp(`\$context\.([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_-]*)*)`)

// fillIn puts $context's variables into a text that is no mapping template: a
// gateway response, where a missing one is nothing.
func fillIn(text string, variables *vtl.Map) string {
	return contextVariable().ReplaceAllStringFunc(text, func(found string) string {
		return lookup(variables, strings.TrimPrefix(found, "$context."))
	})
}

// rendered fills a mapping template in, of the request or of an answer.
func (e *execution) rendered(template string, input *vtl.Input) (string, error) {
	parsed, err := e.service.template(template)
	if err != nil {
		return "", err
	}
	variables := vtl.NewMap()
	for _, name := range slices.Sorted(maps.Keys(e.stage.Properties.Variables)) {
		variables.Set(name, e.stage.Properties.Variables[name])
	}
	return parsed.Render(map[string]any{"input": input, "context": e.variables, "util": vtl.Util{}, "stageVariables": variables})
}

// overridden lets templates that set $context.responseOverride have their way.
func (e *execution) overridden(a *answer) {
	override, _ := e.variables.Get("responseOverride").(*vtl.Map)
	if override == nil {
		return
	}
	if headers, ok := override.Get("header").(*vtl.Map); ok {
		for _, name := range headers.Keys() {
			a.header.Set(name, vtl.Text(headers.Get(name)))
		}
	}
	if status, ok := override.Get("status").(int64); ok && status >= http.StatusOK && status <= 599 {
		a.status = int(status)
	}
}
