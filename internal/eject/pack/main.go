// Command pack writes the source that keyvex carries into one archive, for "make
// build": pack FILE.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/keyvex/keyvex"
	"github.com/keyvex/keyvex/internal/eject/archive"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(file string) error {
	source, err := keyvex.Source()
	if err != nil {
		return err
	}
	packed, err := archive.Pack(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, packed, 0o644)
}
