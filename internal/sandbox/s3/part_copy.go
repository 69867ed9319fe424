package s3

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

// servePartCopy answers an UploadPartCopy request, which gofakes3 lacks, as the
// upload of a part whose body is what was to be copied.
func (s *Service) servePartCopy(w http.ResponseWriter, r *http.Request) error {
	span, err := copySpan(r.Header.Get("X-Amz-Copy-Source-Range"))
	if err != nil {
		return err
	}
	source, err := s.copySource(r, span)
	if err != nil {
		return err
	}
	defer source.Contents.Close()
	upload := r.Clone(r.Context())
	upload.Body, upload.ContentLength = source.Contents, source.Size
	if source.Range != nil {
		upload.ContentLength = source.Range.Length
	}
	for name := range upload.Header {
		if strings.HasPrefix(name, "X-Amz-") || strings.HasPrefix(name, "Content-") {
			upload.Header.Del(name)
		}
	}
	answer := &partAnswer{ResponseWriter: w}
	s.forward(answer, upload)
	if !answer.refused {
		s.writeCopied(w, "CopyPartResult", answer.Header().Get("ETag"))
	}
	return nil
}

// copySpan reads "bytes=0-9", the one form that S3 takes for a part; empty is all.
func copySpan(text string) (*gofakes3.ObjectRangeRequest, error) {
	if text == "" {
		return nil, nil
	}
	first, last, _ := strings.Cut(strings.TrimPrefix(text, "bytes="), "-")
	start, err := strconv.ParseInt(first, 10, 64)
	end, endErr := strconv.ParseInt(last, 10, 64)
	if err != nil || endErr != nil || end < start {
		return nil, failure("InvalidArgument", "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", http.StatusBadRequest)
	}
	return &gofakes3.ObjectRangeRequest{Start: start, End: end}, nil
}

// partAnswer lets only a refusal through: the good answer of an upload is not that
// of a copy.
type partAnswer struct {
	http.ResponseWriter
	refused bool
}

func (a *partAnswer) WriteHeader(status int) {
	if a.refused = status >= http.StatusBadRequest; a.refused {
		a.ResponseWriter.WriteHeader(status)
	}
}

func (a *partAnswer) Write(b []byte) (int, error) {
	if a.refused {
		return a.ResponseWriter.Write(b)
	}
	return len(b), nil
}
