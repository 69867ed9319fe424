package lambda

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// latest is the qualifier of the version that can be changed.
const latest = "$LATEST"

// function is what is kept of a function. The SDK's types in it are plain data
// that encoding/json keeps whole.
type function struct {
	Latest   types.FunctionConfiguration
	Code     location
	Versions []published
	Tags     map[string]string
	// Reserved is the reserved concurrency; nil is none.
	Reserved *int32
	Policy   []statement
	// PolicyRevision changes with each change of Policy.
	PolicyRevision string
	// InvokeConfigs are the settings of asynchronous invocation by qualifier.
	InvokeConfigs map[string]invokeConfig
}

// published is a version that never changes.
type published struct {
	types.FunctionConfiguration
	Code location
	// From is the revision of $LATEST that was published.
	From string
}

// location is where a deployment package came from; Bucket and Key are empty for
// one that was uploaded with the call.
type location struct {
	Bucket, Key, Version string
	// Program is the short name of the function that the package stands for; empty
	// for one with a program of its own, which cannot be run here.
	Program string
}

var nameGrammar = lazy.Regexp(`^[a-zA-Z0-9_-]{1,64}$`)

// parseName takes apart what AWS accepts as a function's name: "name",
// "name:qualifier", "account:function:name" or an ARN, each with a qualifier or
// without.
func parseName(text *string) (name, qualifier string) {
	name = aws.ToString(text)
	if _, rest, ok := strings.Cut(name, "function:"); ok {
		name = rest
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

func (s *Service) arn(name string) string { return s.host.ARN("lambda", "function:"+name) }

// find gives the function of that name or ARN.
func (s *Service) find(text *string) (function, error) {
	name, _ := parseName(text)
	f, ok := s.functions.Get(name)
	if !ok {
		return function{}, notFound("Function not found: " + s.arn(name))
	}
	return f, nil
}

// findVersion gives the configuration and the code of the version asked for.
func (s *Service) findVersion(text, qualifier *string) (function, published, error) {
	f, err := s.find(text)
	if err != nil {
		return function{}, published{}, err
	}
	name, wanted := parseName(text)
	if qualifier != nil {
		wanted = *qualifier
	}
	if wanted == "" || wanted == latest {
		return f, published{FunctionConfiguration: f.Latest, Code: f.Code}, nil
	}
	i := slices.IndexFunc(f.Versions, func(v published) bool { return aws.ToString(v.Version) == wanted })
	if i < 0 {
		return function{}, published{}, notFound("Function not found: " + s.arn(name) + ":" + wanted)
	}
	return f, f.Versions[i], nil
}

func (f function) name() string { return aws.ToString(f.Latest.FunctionName) }

func (s *Service) keep(f function) { s.functions.Set(f.name(), f) }

func (s *Service) uuid() string {
	id := s.host.ID(host.Hex, 32)
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}

// lastModified is the layout of a configuration's LastModified.
const lastModified = "2006-01-02T15:04:05.000-0700"

// copyFields sets those fields of the struct that to points to which from has by
// the same name and type. The SDK gives the members of a configuration to a dozen
// structs that have no other relation.
func copyFields(to, from any) {
	target, source := reflect.ValueOf(to).Elem(), reflect.Indirect(reflect.ValueOf(from))
	for i, field := range reflect.VisibleFields(target.Type()) {
		value := source.FieldByName(field.Name)
		if field.IsExported() && len(field.Index) == 1 && value.IsValid() && value.Type() == field.Type {
			target.Field(i).Set(value)
		}
	}
}

// answer gives a configuration or a mapping as the output of an operation.
func answer[Out any](from any) *Out {
	out := new(Out)
	copyFields(out, from)
	return out
}

func notFound(message string) error {
	return &types.ResourceNotFoundException{Message: &message, Type: new("User")}
}

func conflict(message string) error {
	return &types.ResourceConflictException{Message: &message, Type: new("User")}
}

func invalid(format string, args ...any) error {
	return &types.InvalidParameterValueException{Message: new(fmt.Sprintf(format, args...)), Type: new("User")}
}

// constraint is a validation error of the API's own grammar.
func constraint(value any, member, rule string) error {
	return &wire.Error{Code: "ValidationException", Message: fmt.Sprintf(
		"1 validation error detected: Value '%v' at '%s' failed to satisfy constraint: Member must %s", value, member, rule)}
}
