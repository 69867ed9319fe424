package cloud

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/keyvex/keyvex/internal/problem"
)

// maxPages bounds how much is read of one listing; none that keyvex reads comes near it.
const maxPages = 500

var errEndless = problem.New(problem.Failed, "the server hands out the same pages again and again").WithHint(notAWS)

// ListAll reads a listing to its end. A server that repeats a token, or finds no end, is
// an error: it would be read for ever.
func ListAll[T any](read func(token *string) (page []T, next *string, err error)) ([]T, error) {
	var all []T
	var token *string
	seen := map[string]bool{}
	for range maxPages {
		page, next, err := read(token)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if aws.ToString(next) == "" {
			return all, nil
		}
		if seen[*next] {
			return nil, errEndless
		}
		seen[*next], token = true, next
	}
	return nil, errEndless
}
