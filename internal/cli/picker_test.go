package cli

import (
	"slices"
	"testing"

	"github.com/keyvex/keyvex/internal/present"
)

func TestAMenuFollowsTheKeys(t *testing.T) {
	for _, test := range []struct {
		name, keys  string
		cursor      int
		taken, left bool
	}{
		{"enter takes the first", "\r", 0, true, false},
		{"arrows, both ways a terminal sends them", "\x1b[B\x1bOB\x1b[A\r", 1, true, false},
		{"letters", "jjk\n", 1, true, false},
		{"the ends hold", "jjjjjjj", 2, false, false},
		{"above the first is the first", "kk\r", 0, true, false},
		{"escape leaves", "j\x1b", 1, false, true},
		{"interrupt leaves", "\x03", 0, false, true},
		{"what means nothing does nothing", "xyz\t", 0, false, false},
	} {
		m := &menu{entries: []string{"local", "production", "staging"}}
		taken, left := m.press(test.keys)
		if m.cursor != test.cursor || taken != test.taken || left != test.left {
			t.Errorf("%s: at %d, taken %v, left %v", test.name, m.cursor, taken, left)
		}
	}
}

func TestALongMenuScrollsWithItsCursor(t *testing.T) {
	m := &menu{title: "which?", entries: []string{"one", "two", "three", "four", "a-very-long-name"}}
	look := present.Look{Width: 10, Height: 3}
	for _, step := range []struct {
		keys string
		want []string
	}{
		{"", []string{"which?", "> one", "  two"}},
		{"j", []string{"which?", "  one", "> two"}},
		{"jjj", []string{"which?", "  four", "> a-ve…ame"}},
		{"kk", []string{"which?", "> three", "  four"}},
	} {
		m.press(step.keys)
		if got := m.lines(look); !slices.Equal(got, step.want) {
			t.Errorf("after %q: %q, want %q", step.keys, got, step.want)
		}
	}
}

func TestAMenuMarks(t *testing.T) {
	for _, test := range []struct {
		keys string
		want []string
	}{
		{" jj ", []string{"  [x] one", "  [ ] two", "> [x] three"}},
		{" j  ", []string{"  [x] one", "> [ ] two", "  [ ] three"}},
		{"ja", []string{"  [x] one", "> [x] two", "  [x] three"}},
		{"aa", []string{"> [ ] one", "  [ ] two", "  [ ] three"}},
	} {
		m := &menu{entries: []string{"one", "two", "three"}, marks: map[int]bool{}}
		m.press(test.keys)
		if got := m.lines(present.Look{Width: 20, Height: 5})[1:]; !slices.Equal(got, test.want) {
			t.Errorf("after %q: %q, want %q", test.keys, got, test.want)
		}
	}
	plain := &menu{entries: []string{"one"}}
	if plain.press(" a"); plain.marks != nil {
		t.Error("marks where none can be")
	}
}
