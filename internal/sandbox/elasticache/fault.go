package elasticache

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

func invalid(format string, args ...any) error {
	return &types.InvalidParameterValueException{Message: new(fmt.Sprintf(format, args...))}
}

func combination(format string, args ...any) error {
	return &types.InvalidParameterCombinationException{Message: new(fmt.Sprintf(format, args...))}
}

var identifier = lazy.Regexp(`^[a-z][a-z0-9-]{0,39}$`)

// checkID holds a lower-cased id against ElastiCache's grammar; what names the
// parameter.
func checkID(what, id string) error {
	if !identifier().MatchString(id) || strings.HasSuffix(id, "-") || strings.Contains(id, "--") {
		return invalid("The parameter %s is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.", what)
	}
	return nil
}

// paged cuts a list by Marker and MaxRecords.
func paged[T any](items []T, key func(T) string, marker *string, most *int32) ([]T, *string, error) {
	size := 100
	if most != nil {
		size = int(*most)
	}
	if size < 20 || size > 100 {
		return nil, nil, invalid("Invalid value %d for MaxRecords. Must be between 20 and 100", size)
	}
	some, next, ok := page.Of(items, key, value(marker), size)
	if !ok {
		return nil, nil, invalid("The parameter Marker is invalid.")
	}
	if next == "" {
		return some, nil, nil
	}
	return some, &next, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func isTrue(b *bool) bool { return b != nil && *b }

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// or gives what p points to, otherwise fallback.
func or[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}
