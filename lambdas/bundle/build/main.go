// Command build makes the archive of the four functions in lambdas/bundle/zips. It is run
// from the module's root, as "make bundle" does. The same source and toolchain
// give the same bytes.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

func main() {
	folder := filepath.Join("lambdas", "bundle", "zips")
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := run(folder); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(folder string) error {
	scratch, err := os.MkdirTemp("", "bundle")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	programs := map[platform.Function][]byte{}
	for _, f := range platform.Functions {
		if programs[f], err = build(f, filepath.Join(scratch, string(f))); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		fmt.Printf("%-20s %5.1f MB\n", f, float64(len(programs[f]))/1e6)
	}
	archive, manifest, err := bundle.Solid(programs)
	if err != nil {
		return err
	}
	fmt.Printf("%-20s %5.1f MB\n", "all, packed", float64(len(archive))/1e6)
	if err := os.WriteFile(filepath.Join(folder, bundle.ArchiveName), archive, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, bundle.ManifestName), manifest, 0o644)
}

// build compiles one function for Lambda. Paths and version control
// stay out of the binary, so that only source and toolchain decide its bytes.
func build(f platform.Function, binary string) ([]byte, error) {
	source := "./lambdas/" + strings.ReplaceAll(string(f), "-", "") + "/cmd"
	compile := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w -buildid=", "-o", binary, source)
	compile.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+platform.LambdaArchitecture, "CGO_ENABLED=0")
	compile.Stderr = os.Stderr
	if err := compile.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(binary)
}
