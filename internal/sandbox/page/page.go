// Package page cuts the answers of list operations into pages.
package page

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Of gives the page of at most size items that follows token, and the token of
// the next page, empty after the last. Items must be in the order of their keys.
// Tokens name the last key given rather than a position, so that a page neither
// repeats nor skips what was there all along while others come and go. It
// reports ok false for a token that it did not make.
func Of[T any](items []T, key func(T) string, token string, size int) (some []T, next string, ok bool) {
	start := 0
	if token != "" {
		after, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			return nil, "", false
		}
		start, _ = slices.BinarySearchFunc(items, string(after)+"\x00", func(item T, wanted string) int {
			return strings.Compare(key(item), wanted)
		})
	}
	end := min(start+size, len(items))
	if end < len(items) {
		next = base64.RawURLEncoding.EncodeToString([]byte(key(items[end-1])))
	}
	return items[start:end], next, true
}
