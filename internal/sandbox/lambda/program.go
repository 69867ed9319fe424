package lambda

import (
	"archive/zip"
	"io"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

// maxMarker is more than the line of a native bootstrap has, in bytes.
const maxMarker = 512

// program gives the short name of the function that a package for this platform
// names in its bootstrap (see bundle.Native), and "" for any other package.
func program(archive *zip.Reader) string {
	file, err := archive.Open(platform.LambdaHandler)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxMarker))
	if err != nil {
		return ""
	}
	words := strings.Fields(string(text))
	if len(words) < 2 || words[0] != bundle.NativeMarker {
		return ""
	}
	return words[1]
}
