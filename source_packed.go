//go:build packed

package keyvex

import (
	_ "embed"
	"io/fs"

	"github.com/keyvex/keyvex/internal/eject/archive"
)

// packed is what "make build" packs of the files that source.go lists: a seventh of
// their size.
//
//go:embed bin/source.zst
var packed []byte

// Source holds the files of a module that builds by itself.
func Source() (fs.FS, error) { return archive.Unpack(packed) }
