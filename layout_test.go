package keyvex

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/keyvex/keyvex"

// source is one Go file of the module, as the import rules see it.
type source struct {
	path, folder string
	test         bool
	imports      []string
	file         *ast.File
}

func (s source) in(folders ...string) bool {
	for _, folder := range folders {
		if s.folder == folder || strings.HasPrefix(s.folder, folder+"/") {
			return true
		}
	}
	return false
}

func sources(t *testing.T) []source {
	t.Helper()
	var out []source
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" || entry.Name() == "bin") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		s := source{path: name, folder: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			s.imports = append(s.imports, imported)
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d Go files found: the walk is wrong", len(out))
	}
	return out
}

// within reports whether an import path is that package or lies below it.
func within(imported, pkg string) bool {
	return imported == pkg || strings.HasPrefix(imported, pkg+"/")
}

func standardLibrary(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

func TestTheGroundFloorImportsTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		if !s.in("internal/platform", "internal/problem", "internal/clock", "internal/lazy") || s.test {
			continue
		}
		for _, imported := range s.imports {
			if !standardLibrary(imported) {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}

var domains = []string{
	"internal/cloud", "internal/deploy", "internal/dotenv", "internal/secrets", "internal/logs", "internal/queues", "internal/functions", "internal/metrics",
}

func TestDomainsKnowNoTerminal(t *testing.T) {
	forbidden := []string{
		module + "/internal/cli", module + "/internal/tui", module + "/internal/present",
		"github.com/spf13/cobra", "charm.land",
	}
	for _, s := range sources(t) {
		if !s.in(domains...) {
			continue
		}
		for _, imported := range s.imports {
			for _, pkg := range forbidden {
				if within(imported, pkg) {
					t.Errorf("%s imports %s", s.path, imported)
				}
			}
		}
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == "os" && (sel.Sel.Name == "Stdout" || sel.Sel.Name == "Stderr") {
					t.Errorf("%s touches os.%s", s.path, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestCommandsAndConsoleImportNoAWSSDK(t *testing.T) {
	for _, s := range sources(t) {
		if !s.in("internal/cli", "internal/tui", "internal/present") || s.test {
			continue
		}
		for _, imported := range s.imports {
			if within(imported, "github.com/aws") {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}

func TestHeavyAndFakePackagesStayInTheirRooms(t *testing.T) {
	rooms := map[string]string{
		"github.com/aws/aws-cdk-go":         "stacks",
		"github.com/aws/jsii-runtime-go":    "stacks",
		"github.com/aws/constructs-go":      "stacks",
		"github.com/cdklabs/cdk-nag-go":     "stacks",
		"github.com/johannesboyne/gofakes3": "internal/sandbox",
		"github.com/alicebob/miniredis":     "internal/sandbox",
		"github.com/spf13/cobra":            "internal/cli",
		"github.com/pelletier/go-toml":      "internal/config",
		"github.com/aws/aws-lambda-go":      "lambdas",
	}
	for _, s := range sources(t) {
		for _, imported := range s.imports {
			for pkg, room := range rooms {
				if within(imported, pkg) && !s.in(room) {
					t.Errorf("%s imports %s, which belongs in %s", s.path, imported, room)
				}
			}
			if s.in("stacks/assembly") && within(imported, "github.com/aws/aws-cdk-go") {
				t.Errorf("%s would link CDK into keyvex", s.path)
			}
		}
	}
}

// The root of OpenAI's SDK keeps all of the SDK in the binary: 13 MB more than its
// subpackages, and time at each start.
func TestOnlyTestsImportTheWholeSDKOfOpenAI(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test && contains(s.imports, "github.com/openai/openai-go/v3") {
			t.Errorf("%s imports the root package", s.path)
		}
	}
}

func TestOnlyCommandsKnowTheSandbox(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.in("internal/sandbox", "internal/cli", "cmd/keyvex") {
			continue
		}
		for _, imported := range s.imports {
			if within(imported, module+"/internal/sandbox") {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}

// Services of the sandbox meet through interfaces that its root wires. These
// packages are the ground they share.
var sandboxGround = []string{"alike", "authority", "clocks", "faults", "host", "page", "record", "resource", "state", "wire"}

// oracle starts servers, mostly such as are not ours, for tests to ask.
func TestOnlyTestsAskTheOracle(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.in("internal/sandbox/oracle") {
			continue
		}
		for _, imported := range s.imports {
			if within(imported, module+"/internal/sandbox/oracle") {
				t.Errorf("%s imports %s", s.path, imported)
			}
		}
	}
}

func TestSandboxServicesDoNotImportEachOther(t *testing.T) {
	for _, s := range sources(t) {
		root := s.folder == "internal/sandbox" || s.in("internal/sandbox/daemon")
		if s.test || !s.in("internal/sandbox") || root || s.in("internal/sandbox/oracle") { // the oracle is for tests
			continue
		}
		own := strings.Split(strings.TrimPrefix(s.folder, "internal/sandbox/"), "/")[0]
		for _, imported := range s.imports {
			rest, ok := strings.CutPrefix(imported, module+"/internal/sandbox/")
			if !ok {
				continue
			}
			other := strings.Split(rest, "/")[0]
			if other != own && !contains(sandboxGround, other) {
				t.Errorf("%s imports its sibling %s", s.path, other)
			}
		}
	}
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}

// Tests may write a name out: what they expect is the seed's text, not platform's answer.
func TestNamesAreMadeInPlatform(t *testing.T) {
	for _, s := range sources(t) {
		if s.in("internal/platform") || s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.HasPrefix(strings.Trim(lit.Value, "\"`"), "keyvex-") {
				t.Errorf("%s makes the name %s: names are platform's", s.path, lit.Value)
			}
			return true
		})
	}
}
