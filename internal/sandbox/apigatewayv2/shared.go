package apigatewayv2

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

func (s *Service) id(n int) string { return s.host.ID(host.LowerID, n) }

// drop removes the thing of that id.
func drop[P any](m *state.Map[record.Record[P]], api, id string) error {
	if _, ok := m.Get(record.Key(api, id)); !ok {
		return notFound("Unable to find a resource with the id %s", id)
	}
	m.Delete(record.Key(api, id))
	return nil
}

func notFound(format string, args ...any) error {
	return &types.NotFoundException{Message: new(fmt.Sprintf(format, args...))}
}

func badRequest(format string, args ...any) error {
	return &types.BadRequestException{Message: new(fmt.Sprintf(format, args...))}
}

func conflict(format string, args ...any) error {
	return &types.ConflictException{Message: new(fmt.Sprintf(format, args...))}
}

// paged cuts a list by NextToken and MaxResults, which is a number in a string.
func paged[P any](records []record.Record[P], token, most *string) ([]record.Record[P], *string, error) {
	size := 100
	if most != nil {
		n, err := strconv.Atoi(*most)
		if err != nil || n < 1 {
			return nil, nil, badRequest("Invalid value for maxResults: %s", *most)
		}
		size = n
	}
	some, next, ok := page.Of(records, record.Record[P].Key, value(token), size)
	if !ok {
		return nil, nil, badRequest("Invalid next token")
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

func or[T any](p *T, fallback T) *T {
	if p == nil {
		return &fallback
	}
	return p
}

// mapTags merges the stack's tags with a resource's, which are a map here.
func mapTags(r resource.Request, own map[string]string) map[string]string {
	var list []resource.Tag
	for k, v := range own {
		list = append(list, resource.Tag{Key: k, Value: v})
	}
	return r.AllTags(list)
}

var pieceTimes = resource.Times{Create: resource.Seconds(3), Update: resource.Seconds(3), Delete: resource.Seconds(2)}
