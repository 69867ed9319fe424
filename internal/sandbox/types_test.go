package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestEveryResourceTypeOfTheStacksHasOneOwner(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	owners := map[string]int{}
	for _, owner := range s.owners() {
		for _, kind := range owner.Resources() {
			owners[kind.Name]++
		}
	}
	for name, n := range owners {
		if n > 1 {
			t.Errorf("%s has %d owners", name, n)
		}
	}
	templates, err := filepath.Glob("../../stacks/assembly/*/*.json")
	if err != nil || len(templates) < 12 {
		t.Fatalf("%d templates, %v", len(templates), err)
	}
	for _, path := range templates {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var template struct {
			Resources map[string]struct{ Type string }
		}
		if err := json.Unmarshal(content, &template); err != nil {
			t.Fatal(path, err)
		}
		for id, r := range template.Resources {
			if owners[r.Type] == 0 {
				t.Errorf("%s: nobody owns %s of %s", path, r.Type, id)
			}
		}
	}
}
