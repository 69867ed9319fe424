package cloudwatch

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func validation(format string, args ...any) error {
	return &wire.Error{Code: "ValidationError", Message: fmt.Sprintf(format, args...)}
}

// paged cuts a list by NextToken and MaxRecords, of which there are at most 100.
func paged[T any](items []T, key func(T) string, token *string, most *int32) ([]T, *string, error) {
	size := 100
	if most != nil {
		size = int(*most)
	}
	if size < 1 || size > 100 {
		return nil, nil, validation("1 validation error detected: Value '%d' at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and 100", size)
	}
	some, next, ok := page.Of(items, key, value(token), size)
	if !ok {
		return nil, nil, &wire.Error{Code: "InvalidNextToken", Message: "The next token specified is invalid."}
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

func invalidValue(format string, args ...any) error {
	return &types.InvalidParameterValueException{Message: new(fmt.Sprintf(format, args...))}
}

func missing(message string) error {
	return &types.MissingRequiredParameterException{Message: &message}
}
