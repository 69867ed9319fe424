package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// hashedBody fails at the end of a body that is not the one that was signed.
type hashedBody struct {
	body   io.ReadCloser
	stated string
	hash   hash.Hash
}

func newHash() hash.Hash { return sha256.New() }

var errBodyHash = errors.New("the body's SHA-256 is not the one that was signed")

func (b *hashedBody) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	b.hash.Write(p[:n])
	if errors.Is(err, io.EOF) && b.stated != "" && hex.EncodeToString(b.hash.Sum(nil)) != b.stated {
		return n, errBodyHash
	}
	return n, err
}

func (b *hashedBody) Close() error { return b.body.Close() }
