package ssm

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func invalid(format string, args ...any) error {
	return &wire.Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// constraint is AWS's answer to a member out of its constraint.
func constraint(value, member, rule string) error {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, member, rule)
}

func notFound(name string) error {
	return &types.ParameterNotFound{Message: aws.String("Parameter " + name + " not found.")}
}

var nameForm = lazy.Regexp(`^[a-zA-Z0-9_./-]+$`)

const maxDepth = 15

// checkName holds a new parameter's name against Parameter Store's rules.
func checkName(name string) error {
	if name == "" {
		return constraint("", "name", "Member must have length greater than or equal to 1")
	}
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimPrefix(name, "/")), "/")
	switch {
	case strings.HasPrefix(first, "aws"):
		return &wire.Error{Code: "AccessDeniedException", Message: "No access to reserved parameter name: " + name + "."}
	case strings.HasPrefix(first, "ssm") || !nameForm().MatchString(name) || strings.Contains(name, "//") || strings.HasSuffix(name, "/"):
		return invalid(`Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths ` +
			`divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`)
	case strings.Contains(name, "/") && name[0] != '/':
		return invalid("Parameter name must be a fully qualified name.")
	case strings.Count(name, "/") > maxDepth:
		return &types.HierarchyLevelLimitExceededException{Message: aws.String(
			fmt.Sprintf("Parameter name hierarchy can have at most %d levels.", maxDepth))}
	case len(name) > 1011:
		return constraint(name, "name", "Member must have length less than or equal to 1011")
	}
	return nil
}

// lookup finds the version that "name", "name:3" or "name:label" means, and the
// selector with its colon.
func (s *Service) lookup(wanted string) (p parameter, v version, selector string, err error) {
	name := s.nameOf(wanted)
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name, selector = name[:i], name[i:]
	}
	p, ok := s.find(name)
	if !ok {
		return p, v, selector, notFound(wanted)
	}
	if selector == "" {
		return p, p.current(), "", nil
	}
	for _, v := range p.Versions {
		if v.is(selector[1:]) {
			return p, v, selector, nil
		}
	}
	return p, v, selector, &types.ParameterVersionNotFound{Message: aws.String(fmt.Sprintf(
		"Systems Manager could not find version %s of %s. Verify the version and try again.", selector[1:], name))}
}

// is reports whether the version has that number or label.
func (v version) is(selector string) bool {
	for _, label := range v.Labels {
		if label == selector {
			return true
		}
	}
	return strconv.FormatInt(v.Number, 10) == selector
}
