package eject_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/keyvex/keyvex/internal/eject"
	"github.com/keyvex/keyvex/internal/problem"
)

func TestTheEjectedModuleBuildsAndItsTestsForTheTemplatesAreThere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	files, err := eject.To(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		original, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		written, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil || string(written) != string(original) {
			t.Errorf("%s differs from its source (%v)", file, err)
		}
	}
	build := exec.Command("go", "build", "./lambdas/...", "./stacks/assembly/...", "./internal/...")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("it does not build: %v\n%s", err, out)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := eject.To(dir); !problem.Is(err, problem.Refused) {
		t.Errorf("a full folder: %v", err)
	}
	if _, err := eject.To(mine); !problem.Is(err, problem.Usage) {
		t.Errorf("a file: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("the folder now holds %v (%v)", entries, err)
	}
}

func TestAFolderThatCannotBeWrittenIsSaid(t *testing.T) {
	if _, err := eject.To("/proc/nowhere/out"); !problem.Is(err, problem.Failed) {
		t.Errorf("got %v", err)
	}
}
