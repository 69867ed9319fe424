package cloudformation

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// pageOf cuts one page out of a list. The token is the index that the page begins
// at, wrapped so that nobody is tempted to read it.
func pageOf[T any](list []T, token *string, size int) (page []T, next *string, err error) {
	start := 0
	if token != nil {
		raw, decodeErr := base64.RawURLEncoding.DecodeString(*token)
		text, ours := strings.CutPrefix(string(raw), "page/")
		start, err = strconv.Atoi(text)
		if decodeErr != nil || !ours || err != nil || start < 0 {
			return nil, nil, invalid("NextToken is invalid")
		}
	}
	start = min(start, len(list))
	end := min(start+size, len(list))
	if end < len(list) {
		next = new(base64.RawURLEncoding.EncodeToString([]byte("page/" + strconv.Itoa(end))))
	}
	return list[start:end], next, nil
}

// pageFromEnd cuts a page out of a list that grows at its end and is told newest
// first. The token names an item, so that what is appended between two pages
// neither repeats nor hides one.
func pageFromEnd[T any](list []T, token *string, size int) (page []T, next *string, err error) {
	end := len(list)
	if token != nil {
		raw, decodeErr := base64.RawURLEncoding.DecodeString(*token)
		text, ours := strings.CutPrefix(string(raw), "before/")
		end, err = strconv.Atoi(text)
		if decodeErr != nil || !ours || err != nil || end < 0 || end > len(list) {
			return nil, nil, invalid("NextToken is invalid")
		}
	}
	start := max(end-size, 0)
	for i := end - 1; i >= start; i-- {
		page = append(page, list[i])
	}
	if start > 0 {
		next = new(base64.RawURLEncoding.EncodeToString([]byte("before/" + strconv.Itoa(start))))
	}
	return page, next, nil
}
