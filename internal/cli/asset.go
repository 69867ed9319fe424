package cli

import (
	"bytes"
	"io"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

// asset is a function's zip as an object of the assets bucket.
func asset(zip bundle.Zip) (deploy.Asset, error) {
	content, err := zip.Content()
	if err != nil {
		return deploy.Asset{}, err
	}
	return deploy.Asset{Key: zip.Key(), Size: int64(len(content)), Open: func() (io.ReadSeekCloser, error) {
		return contentReader{bytes.NewReader(content)}, nil
	}}, nil
}

type contentReader struct{ *bytes.Reader }

func (contentReader) Close() error { return nil }
