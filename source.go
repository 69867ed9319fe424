//go:build !packed

package keyvex

import (
	"embed"
	"io/fs"
)

//go:embed go.mod go.sum
//go:embed internal/clock/*.go internal/lazy/*.go internal/platform/*.go internal/problem/*.go
//go:embed lambdas/*/*.go lambdas/*/*/*.go lambdas/schema lambdas/emailprocessor/template lambdas/bundle/zips/README.md
//go:embed stacks/*.go stacks/cmd stacks/assembly
var files embed.FS

// Source holds the files of a module that builds by itself.
func Source() (fs.FS, error) { return files, nil }
