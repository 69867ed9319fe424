package state

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestASectionIsOneTransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	a, b := NewMap[item](s, "a"), NewMap[item](s, "b")
	a.Set("before", item{N: 1})
	before, _ := os.ReadFile(path)
	saved := make(chan error, 1)
	s.Atomically(func() {
		a.Set("x", item{N: 1})
		a.Set("x", item{N: 2})
		b.Set("y", item{N: 3})
		a.Delete("before")
		go func() { saved <- s.Saved() }()
		if during, _ := os.ReadFile(path); len(during) != len(before) {
			t.Error("a part of a section is in the journal")
		}
		if got, _ := a.Get("x"); got.N != 2 {
			t.Errorf("the section does not see its own change: %v", got)
		}
	})
	if err := <-saved; err != nil {
		t.Error(err)
	}
	after, _ := os.ReadFile(path)
	for cut := len(before); cut <= len(after); cut++ {
		copied := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(copied, after[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := open(t, copied)
		got := maps.Collect(NewMap[item](again, "a").All())
		maps.Insert(got, NewMap[item](again, "b").All())
		want := map[string]item{"before": {N: 1}}
		if cut == len(after) {
			want = map[string]item{"x": {N: 2}, "y": {N: 3}}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("cut at %d of %d: %v", cut, len(after), got)
		}
	}
}

func TestASectionThatCannotBeWrittenFailsTheStore(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"))
	m := NewMap[item](s, "m")
	if err := s.journal.file.Close(); err != nil {
		t.Fatal(err)
	}
	s.Atomically(func() {
		if m.Set("a", item{}); s.Err() != nil {
			t.Error("failed before it was written")
		}
	})
	if s.Saved() == nil {
		t.Error("what is nowhere counts as saved")
	}
}
