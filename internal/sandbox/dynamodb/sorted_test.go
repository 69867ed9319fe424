package dynamodb

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestTheSortedListIsASortedSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list sorted
		model := map[string]bool{}
		for range rapid.IntRange(0, 1500).Draw(t, "steps") {
			key := fmt.Sprintf("%04d", rapid.IntRange(0, 2000).Draw(t, "key"))
			if rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				list.remove(key)
				delete(model, key)
			} else if !model[key] {
				list.insert(entry{key, key})
				model[key] = true
			}
		}
		low, high := fmt.Sprintf("%04d", rapid.IntRange(0, 2000).Draw(t, "low")), fmt.Sprintf("%04d", rapid.IntRange(0, 2000).Draw(t, "high"))
		var want, got, back []string
		for key := range model {
			if key >= low && key < high {
				want = append(want, key)
			}
		}
		slices.Sort(want)
		for e := range list.between(low, high) {
			got = append(got, e.key)
		}
		for e := range list.backwards(low, high) {
			back = append(back, e.key)
		}
		slices.Reverse(back)
		if !slices.Equal(got, want) || !slices.Equal(back, want) || list.count != len(model) {
			t.Fatalf("from %s to %s: %v, backwards %v, want %v", low, high, got, back, want)
		}
	})
}
