package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/keyvex/keyvex/internal/platform"
)

// The functions share most of their code, so that their programs, one behind the other
// in one archive, take half of what their zips take. The zips are made anew from the
// archive: what makes them is deterministic, and the manifest has their hashes.

// ArchiveName is the file that holds the four programs, and ManifestName the one beside
// it that says what they become, so that nobody has to unpack megabytes to learn that
// nothing changed.
const (
	ArchiveName  = "functions.zst"
	ManifestName = "manifest.json"
)

// window is how far back the archive refers, in bytes: over all four programs.
const window = 64 << 20

// program is what the manifest says of one function.
type program struct {
	Function platform.Function `json:"function"`
	// Hash and Size are the zip's.
	Hash string `json:"hash"`
	Size int64  `json:"size"`
	// Program is the program's size in the archive, in which it follows the one before.
	Program int64 `json:"program"`
}

// Solid packs the functions' programs, each an executable for Lambda, into an archive
// and its manifest. Equal programs give equal bytes.
func Solid(programs map[platform.Function][]byte) (archive, manifest []byte, err error) {
	var list []program
	var out bytes.Buffer
	writer, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithWindowSize(window), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, nil, err
	}
	for _, f := range platform.Functions {
		zip, err := Pack(programs[f])
		if err != nil {
			return nil, nil, err
		}
		list = append(list, program{f, Hash(zip), int64(len(zip)), int64(len(programs[f]))})
		if _, err := writer.Write(programs[f]); err != nil {
			return nil, nil, err
		}
	}
	if err := writer.Close(); err != nil {
		return nil, nil, err
	}
	manifest, err = json.MarshalIndent(list, "", "  ")
	return out.Bytes(), append(manifest, '\n'), err
}

// ZipsOf lists the zips of an archive, which is opened when a zip's content is asked
// for.
func ZipsOf(manifest []byte, open func() (io.ReadCloser, error)) ([]Zip, error) {
	var list []program
	if err := json.Unmarshal(manifest, &list); err != nil {
		return nil, err
	}
	var out []Zip
	var before int64
	for _, p := range list {
		from := before
		out = append(out, Zip{Bundle: platform.Bundle{Function: p.Function, Hash: p.Hash}, Size: p.Size, open: func() ([]byte, error) {
			archive, err := open()
			if err != nil {
				return nil, err
			}
			defer archive.Close()
			return p.zip(archive, from)
		}})
		before += p.Program
	}
	return out, nil
}

var errForeign = errors.New("the archive of the functions was built by another Go than this keyvex: make bundle build")

// zip makes the zip of the program that begins at that offset of the archive.
func (p program) zip(archive io.Reader, from int64) ([]byte, error) {
	reader, err := zstd.NewReader(archive, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	if _, err := io.CopyN(io.Discard, reader, from); err != nil {
		return nil, err
	}
	content := make([]byte, p.Program)
	if _, err := io.ReadFull(reader, content); err != nil {
		return nil, err
	}
	zip, err := Pack(content)
	if err == nil && Hash(zip) != p.Hash {
		err = errForeign
	}
	return zip, err
}
