package widget_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/tui/widget"
)

// A slice that is cut after each step says what a ring should hold.
func TestARingHoldsTheNewestWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values, bytes := rapid.IntRange(1, 600).Draw(t, "values"), rapid.IntRange(1, 4000).Draw(t, "bytes")
		ring := widget.NewRing[int](values, bytes)
		matches := widget.NewMatches(ring)
		even := func(v int) bool { return v%2 == 0 }
		matches.Filter(even)
		type held struct{ value, size int }
		var model []held
		total := 0
		for step := range rapid.IntRange(0, 1500).Draw(t, "steps") {
			size := rapid.IntRange(0, 40).Draw(t, "size")
			ring.Push(step, size)
			model = append(model, held{step, size})
			total += size
			for len(model) > 1 && (len(model) > values || total > bytes) {
				total -= model[0].size
				model = model[1:]
			}
			if step%7 == 0 {
				matches.Sync()
			}
		}
		matches.Sync()
		if ring.Len() != len(model) || ring.Bytes() != total {
			t.Fatalf("%d values of %d bytes, want %d of %d", ring.Len(), ring.Bytes(), len(model), total)
		}
		var kept []int
		for i, want := range model {
			if got := ring.At(i); got != want.value {
				t.Fatalf("at %d is %d, want %d", i, got, want.value)
			}
			if got, ok := ring.Get(uint64(want.value)); !ok || got != want.value {
				t.Fatalf("number %d is %d, %t", want.value, got, ok)
			}
			if even(want.value) {
				kept = append(kept, want.value)
			}
		}
		var got []int
		for i := range matches.Len() {
			got = append(got, matches.At(i))
			if matches.Place(matches.Number(i)) != i {
				t.Fatalf("place of number %d is %d, want %d", matches.Number(i), matches.Place(matches.Number(i)), i)
			}
		}
		if !slices.Equal(got, kept) {
			t.Fatalf("kept %v, want %v", got, kept)
		}
	})
}

func line(i int) string {
	return fmt.Sprintf(`{"level":"info","job":"job-%08d","msg":"provider answered","tokens":%d,"ms":%d,"more":"some words that a line has"}`, i, i%900, i%15000)
}

// Ten million lines go through; the bound of the issue is 120 MB for all of keyvex.
func TestTenMillionLinesStayWithinTheMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: ten million lines take some seconds")
	}
	ring := widget.NewRing[string](100_000, 48<<20)
	lines := make([]string, 1000)
	for i := range lines {
		lines[i] = line(i)
	}
	for i := range 10_000_000 {
		text := strings.Clone(lines[i%len(lines)]) // as each line of a log has memory of its own
		ring.Push(text, len(text))
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if held := m.HeapAlloc >> 20; held > 60 || ring.Len() == 0 {
		t.Errorf("%d MB for %d lines", held, ring.Len())
	}
}

func BenchmarkRingPush(b *testing.B) {
	ring := widget.NewRing[string](100_000, 48<<20)
	text := line(1)
	for b.Loop() {
		ring.Push(text, len(text))
	}
}

func BenchmarkFilterOfAHundredThousand(b *testing.B) {
	ring := widget.NewRing[string](100_000, 48<<20)
	for i := range 100_000 {
		text := line(i)
		ring.Push(text, len(text))
	}
	matches := widget.NewMatches(ring)
	for b.Loop() {
		matches.Filter(func(s string) bool { return s[len(s)-3] == 'a' })
	}
}
