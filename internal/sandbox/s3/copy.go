package s3

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/johannesboyne/gofakes3"
)

// serveCopy answers a CopyObject request.
func (s *Service) serveCopy(w http.ResponseWriter, r *http.Request, bucketName, key string) error {
	source, err := s.copySource(r, nil)
	if err != nil {
		return err
	}
	defer source.Contents.Close()
	headers := maps.Clone(source.Metadata)
	if r.Header.Get("X-Amz-Metadata-Directive") == string(types.MetadataDirectiveReplace) {
		headers = requestHeaders(r)
	}
	headers["Last-Modified"] = s.host.Clock.Now().UTC().Format(http.TimeFormat)
	put, err := backend{s}.PutObject(bucketName, key, headers, source.Contents, source.Size, nil)
	if err != nil {
		return err
	}
	if put.VersionID != "" {
		w.Header().Set("X-Amz-Version-Id", string(put.VersionID))
	}
	s.writeCopied(w, "CopyObjectResult", `"`+hex.EncodeToString(source.Hash)+`"`)
	return nil
}

// copySource opens what a request is to copy, or a span of it.
func (s *Service) copySource(r *http.Request, span *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	path, id, _ := strings.Cut(r.Header.Get("X-Amz-Copy-Source"), "?versionId=")
	path, err := url.PathUnescape(path)
	if err != nil {
		return nil, failure("InvalidArgument", "Invalid copy source encoding", http.StatusBadRequest)
	}
	bucketName, key, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return backend{s}.read(bucketName, key, gofakes3.VersionID(id), span, true)
}

func (s *Service) writeCopied(w http.ResponseWriter, root, etag string) {
	writeXML(w, root, struct{ ETag, LastModified string }{etag, s.host.Clock.Now().UTC().Format("2006-01-02T15:04:05.000Z")})
}

// requestHeaders are those of a request that stay with the object.
func requestHeaders(r *http.Request) map[string]string {
	headers := map[string]string{}
	for name := range r.Header {
		if kept(name) || strings.HasPrefix(name, "Content-") && name != "Content-Length" || name == "Cache-Control" || name == "Expires" {
			headers[name] = r.Header.Get(name)
		}
	}
	return headers
}

// Object reads an object whole, for sibling services; version may be empty. Its
// errors are S3's own.
func (s *Service) Object(_ context.Context, bucketName, key, version string) ([]byte, error) {
	found, err := backend{s}.read(bucketName, key, gofakes3.VersionID(version), nil, true)
	if err != nil {
		e := asWireError(err)
		switch e.Code {
		case "NoSuchBucket":
			return nil, &types.NoSuchBucket{Message: aws.String(e.Message)}
		case "NoSuchKey":
			return nil, &types.NoSuchKey{Message: aws.String(e.Message)}
		}
		return nil, e
	}
	defer found.Contents.Close()
	var content bytes.Buffer
	_, err = io.Copy(&content, found.Contents)
	return content.Bytes(), err
}

// CopyObject is not reached: serveCopy answers such requests.
func (b backend) CopyObject(string, string, string, string, map[string]string) (gofakes3.CopyObjectResult, error) {
	return gofakes3.CopyObjectResult{}, gofakes3.ErrNotImplemented
}
