package apigateway

import (
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
	"github.com/keyvex/keyvex/lambdas/schema"
)

const jsonType = "application/json"

// maxPayload is 10 MB (API Gateway quotas).
const maxPayload = 10 << 20

// read takes the body in.
func (e *execution) read() *refusal {
	body, err := io.ReadAll(http.MaxBytesReader(nil, e.request.Body, maxPayload))
	if _, tooLong := errors.AsType[*http.MaxBytesError](err); tooLong {
		return tooLarge()
	}
	if err != nil {
		return badBody("the body cannot be read")
	}
	e.input.Body = string(body)
	return nil
}

// contentType is the request's without parameters; one that has none counts as JSON.
func (e *execution) contentType() string {
	media, _, err := mime.ParseMediaType(e.request.Header.Get("Content-Type"))
	if err != nil {
		return jsonType
	}
	return media
}

// validated checks what the method's validator asks for.
func (e *execution) validated() *refusal {
	validator := e.snapshot.Validators[value(e.method.Method.RequestValidatorId)]
	if isTrue(validator.ValidateRequestParameters) {
		if missing := e.missingParameters(); len(missing) > 0 {
			return badParameters("Missing required request parameters: [" + strings.Join(missing, ", ") + "]")
		}
	}
	if !isTrue(validator.ValidateRequestBody) {
		return nil
	}
	model, ok := e.snapshot.Models[e.method.Method.RequestModels[e.contentType()]]
	if !ok {
		return nil
	}
	return e.service.checkBody(model, e.input.Body)
}

// missingParameters are the required ones that the request does not bring.
func (e *execution) missingParameters() []string {
	var missing []string
	for _, source := range slices.Sorted(maps.Keys(e.method.Method.RequestParameters)) {
		if e.method.Method.RequestParameters[source] && e.mapped(source, nil) == "" {
			missing = append(missing, source[strings.LastIndexByte(source, '.')+1:])
		}
	}
	return missing
}

func (s *Service) checkBody(model, body string) *refusal {
	compiled, err := s.schema(model)
	if err != nil {
		return internal()
	}
	faults, err := compiled.Check(body)
	if err != nil {
		return badBody("[Malformed JSON]")
	}
	if len(faults) == 0 {
		return nil
	}
	var words []string
	for _, f := range faults {
		words = append(words, "/"+strings.Join(f.Place, "/")+": "+f.Words)
	}
	return badBody("[" + strings.Join(words, ", ") + "]")
}

// schema compiles a model's schema; it knows the keywords that Keyvex's models use.
func (s *Service) schema(text string) (*schema.Schema, error) {
	if known, ok := s.schemas.Load(text); ok {
		return known.(*schema.Schema), nil
	}
	compiled, err := schema.Compile([]byte(text))
	if err == nil {
		s.schemas.Store(text, compiled)
	}
	return compiled, err
}

// template parses a mapping template.
func (s *Service) template(text string) (*vtl.Template, error) {
	if known, ok := s.templates.Load(text); ok {
		return known.(*vtl.Template), nil
	}
	parsed, err := vtl.Parse(text)
	if err == nil {
		s.templates.Store(text, parsed)
	}
	return parsed, err
}
