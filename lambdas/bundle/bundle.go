// Package bundle carries the deployable code of the four functions: for AWS what
// "make bundle" builds, for the local platform small ones that only name
// the function, since it runs the functions out of the keyvex binary itself.
package bundle

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// zips holds the archive of the built functions and its manifest, neither in a fresh
// checkout; the folder's README is there so that it compiles.
//
//go:embed zips
var zips embed.FS

// Zip is the deployable code of one function.
type Zip struct {
	platform.Bundle
	// Size is the zip's, in bytes.
	Size int64
	open func() ([]byte, error)
}

// Content is the zip file itself, which takes a second to make.
func (z Zip) Content() ([]byte, error) { return z.open() }

// Available reports whether this binary carries the zips for AWS.
func Available() bool {
	_, err := zips.ReadFile("zips/" + ManifestName)
	return err == nil
}

// Built lists the zips for AWS, in the order of platform.Functions. The error says
// how to build them when this binary carries none.
func Built() ([]Zip, error) {
	raw, err := zips.ReadFile("zips/" + ManifestName)
	if err != nil {
		return nil, problem.New(problem.Failed, "this keyvex was built without the Lambda bundles").
			WithHint("make bundle build, then try again; -e local needs none")
	}
	out, err := ZipsOf(raw, func() (io.ReadCloser, error) { return zips.Open("zips/" + ArchiveName) })
	if err != nil {
		return nil, fmt.Errorf("the bundles' manifest: %w", err)
	}
	return out, nil
}

// NativeMarker starts the bootstrap of a native zip; the function's short name and
// the build follow, separated by spaces.
const NativeMarker = "#!keyvex-function"

// Native lists zips for the local platform. Each names its function and the build
// of keyvex that holds the code, so that a new build is a new deployment.
func Native(build string) ([]Zip, error) {
	out := make([]Zip, 0, len(platform.Functions))
	for _, f := range platform.Functions {
		content, err := Pack([]byte(fmt.Sprintf("%s %s %s\n", NativeMarker, f, build)))
		if err != nil {
			return nil, err
		}
		out = append(out, Zip{
			Bundle: platform.Bundle{Function: f, Hash: Hash(content)}, Size: int64(len(content)),
			open: func() ([]byte, error) { return content, nil },
		})
	}
	return out, nil
}

// Pack makes a zip with one executable, "bootstrap". Equal input gives equal
// bytes: the timestamp is fixed.
func Pack(bootstrap []byte) ([]byte, error) {
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	header := &zip.FileHeader{
		Name: platform.LambdaHandler, Method: zip.Deflate,
		Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	header.SetMode(0o755)
	file, err := archive.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(bootstrap); err != nil {
		return nil, err
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// Hash is the SHA-256 of a zip, in hexadecimal.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
