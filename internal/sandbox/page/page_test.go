package page_test

import (
	"slices"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/page"
)

func self(s string) string { return s }

func TestPagesTogetherAreTheWhole(t *testing.T) {
	items := []string{"a", "b", "b1", "c", "d"}
	for size := 1; size <= 6; size++ {
		var got []string
		token := ""
		for {
			some, next, ok := page.Of(items, self, token, size)
			if !ok || len(some) > size {
				t.Fatalf("size %d: ok %v, %d items", size, ok, len(some))
			}
			got = append(got, some...)
			if token = next; token == "" {
				break
			}
		}
		if !slices.Equal(got, items) {
			t.Errorf("size %d: got %v", size, got)
		}
	}
}

func TestATokenSurvivesItsItem(t *testing.T) {
	_, next, _ := page.Of([]string{"a", "b", "c"}, self, "", 2)
	got, _, _ := page.Of([]string{"a", "c", "d"}, self, next, 2)
	if !slices.Equal(got, []string{"c", "d"}) {
		t.Errorf("after b was deleted the next page is %v", got)
	}
	if _, _, ok := page.Of([]string{"a"}, self, "not a token!", 2); ok {
		t.Error("a made-up token was taken")
	}
}
