// Package archive packs a tree of files into bytes and gives it back.
package archive

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"

	"github.com/klauspost/compress/zstd"
)

// Pack makes an archive of all files. Equal trees give equal bytes. What the files
// have in common is there once: the zip in it is not compressed, all of it is.
func Pack(files fs.FS) ([]byte, error) {
	var out bytes.Buffer
	writer, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	tree := zip.NewWriter(writer)
	err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		file, err := tree.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			return err
		}
		_, err = file.Write(content)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := tree.Close(); err != nil {
		return nil, err
	}
	err = writer.Close()
	return out.Bytes(), err
}

// Unpack gives the files of an archive.
func Unpack(packed []byte) (fs.FS, error) {
	reader, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	tree, err := io.ReadAll(reader)
	if err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(tree), int64(len(tree)))
}
