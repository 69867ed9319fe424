package eject_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/eject"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

// ejected writes the module into a new folder.
func ejected(t *testing.T) (dir string, files []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	files, err := eject.To(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, files
}

// run is a go command in the ejected module, which may neither change its go.mod nor
// ask the network: what it needs is written down, and nothing else is missed.
func run(t *testing.T, dir string, arguments ...string) string {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = dir
	command.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off", "GOWORK=off")
	var diagnosis strings.Builder
	command.Stderr = &diagnosis
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %v: %v\n%s", arguments, err, diagnosis.String())
	}
	return string(out)
}

func read(t *testing.T, elements ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestTheEjectedModuleBuilds(t *testing.T) {
	dir, _ := ejected(t)
	run(t, dir, "build", "./lambdas/...", "./stacks/assembly/...", "./internal/...")
}

func TestFilesAreWrittenAsTheyAre(t *testing.T) {
	dir, files := ejected(t)
	changed := []string{"README.md", "go.mod", "go.sum"}
	for _, file := range files {
		if !slices.Contains(changed, file) && read(t, dir, file) != read(t, "..", "..", file) {
			t.Errorf("%s differs from its source", file)
		}
	}
}

func TestNothingOfKeyvexItselfGoesOut(t *testing.T) {
	_, files := ejected(t)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.Contains(file, "testdata") || path.Ext(file) == ".zip" {
			t.Errorf("%s is written", file)
		}
	}
}

func TestTheModuleNeedsNoMoreThanItsPackagesImport(t *testing.T) {
	dir, _ := ejected(t)
	listed := run(t, dir, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{end}}{{end}}", "./...")
	imported := strings.Split(strings.TrimSpace(listed), "\n")
	slices.Sort(imported)
	imported = slices.DeleteFunc(slices.Compact(imported), func(line string) bool { return line == "" })
	var required []string
	for line := range strings.Lines(read(t, dir, "go.mod")) {
		if fields := strings.Fields(line); len(fields) > 1 && strings.HasPrefix(fields[1], "v") {
			required = append(required, fields[0]+" "+fields[1])
		}
	}
	slices.Sort(required)
	if !slices.Equal(required, imported) {
		t.Errorf("go.mod requires\n%s\nthe packages import\n%s", strings.Join(required, "\n"), strings.Join(imported, "\n"))
	}
}

func TestTheReadmeNamesWhatIsThere(t *testing.T) {
	dir, _ := ejected(t)
	readme := read(t, dir, "README.md")
	for _, named := range []string{"stacks/cmd/synth", "stacks/assembly", "lambdas/bundle/build", "lambdas/bundle/zips", "lambdas/schema", "internal/platform/tier.go"} {
		if !strings.Contains(readme, named) {
			t.Errorf("the README does not name %s", named)
		}
		if _, err := os.Stat(filepath.Join(dir, named)); err != nil {
			t.Errorf("the README names what is not there: %v", err)
		}
	}
	if !strings.Contains(readme, platform.PlaceholderEnvironment) {
		t.Error("the README names another placeholder")
	}
}

func TestTheEjectedAppSynthesizesTheSameTemplates(t *testing.T) {
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("NOT CHECKED: the CDK app needs node, which is not on this machine")
	}
	dir, _ := ejected(t)
	out := filepath.Join(t.TempDir(), "assembly")
	run(t, dir, "run", "./stacks/cmd/synth", "-out", out)
	committed := filepath.Join("..", "..", "stacks", "assembly")
	if read(t, out, "paths.json") != read(t, committed, "paths.json") {
		t.Error("paths.json differs")
	}
	for _, tier := range platform.Tiers {
		for _, stack := range platform.Stacks {
			file := filepath.Join(string(tier), string(stack)+".json")
			if read(t, out, file) != read(t, committed, file) {
				t.Errorf("%s differs", file)
			}
		}
	}
}

// Neither the folder nor what else go.mod requires may show in a zip: its hash says
// whether a function has to be deployed.
func TestTheSameSourceGivesTheSameZipsEverywhere(t *testing.T) {
	dir, _ := ejected(t)
	here, there := t.TempDir(), t.TempDir()
	run(t, filepath.Join("..", ".."), "run", "./lambdas/bundle/build", here)
	run(t, dir, "run", "./lambdas/bundle/build", there)
	for _, name := range []string{bundle.ArchiveName, bundle.ManifestName} {
		if content := read(t, here, name); content != read(t, there, name) || content == "" {
			t.Errorf("%s differs", name)
		}
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
