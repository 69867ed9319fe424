package lambda

import (
	"archive/zip"
	"bytes"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// code gives the Code property as the API takes it. Inline source becomes a
// package of one file named after the runtime's language, without a timestamp, so
// that the same source gives the same hash.
func (p *codeProperties) code(runtime types.Runtime) (*types.FunctionCode, error) {
	if p.ZipFile == nil {
		return &types.FunctionCode{S3Bucket: p.S3Bucket, S3Key: p.S3Key, S3ObjectVersion: p.S3ObjectVersion}, nil
	}
	name := ""
	switch {
	case strings.HasPrefix(string(runtime), "nodejs"):
		name = "index.js"
	case strings.HasPrefix(string(runtime), "python"):
		name = "index.py"
	default:
		return nil, &resource.Error{Code: "InvalidRequest", Message: "ZipFile can only be used when Runtime is set to either of nodejs or python"}
	}
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	file, err := w.Create(name)
	if err == nil {
		_, err = file.Write([]byte(*p.ZipFile))
	}
	if err == nil {
		err = w.Close()
	}
	return &types.FunctionCode{ZipFile: packed.Bytes()}, err
}
