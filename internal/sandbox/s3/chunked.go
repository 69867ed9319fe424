package s3

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// plainBody takes the framing off a body that was sent as "aws-chunked" (signed in
// pieces, or with a checksum behind it). The signatures of the pieces are not
// looked at.
func plainBody(r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
		return
	}
	r.Body = &chunkedBody{Closer: r.Body, from: bufio.NewReader(r.Body)}
	length := r.Header.Get("X-Amz-Decoded-Content-Length")
	r.Header.Set("Content-Length", length)
	r.ContentLength, _ = strconv.ParseInt(length, 10, 64)
	var left []string
	for _, coding := range strings.Split(r.Header.Get("Content-Encoding"), ",") {
		if coding = strings.TrimSpace(coding); coding != "" && coding != "aws-chunked" {
			left = append(left, coding)
		}
	}
	r.Header.Del("Content-Encoding")
	if len(left) > 0 {
		r.Header.Set("Content-Encoding", strings.Join(left, ","))
	}
}

// chunkedBody reads chunks: "SIZE;extensions\r\n", the bytes, "\r\n"; a chunk of
// size 0 ends them, trailers follow.
type chunkedBody struct {
	io.Closer
	from *bufio.Reader
	left int64
	done bool
}

func (b *chunkedBody) Read(p []byte) (int, error) {
	if b.left == 0 && !b.done {
		if err := b.next(); err != nil {
			return 0, err
		}
	}
	if b.done {
		return 0, io.EOF
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.left == 0 && err == nil {
		_, err = b.from.Discard(len("\r\n"))
	}
	if err == io.EOF { //nolint:errorlint // io.Reader's contract
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *chunkedBody) next() error {
	line, err := b.from.ReadString('\n')
	if err != nil {
		return fmt.Errorf("chunk header: %w", io.ErrUnexpectedEOF)
	}
	size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
	b.left, err = strconv.ParseInt(size, 16, 64)
	if err != nil || b.left < 0 {
		return fmt.Errorf("chunk header %q", line)
	}
	if b.left > 0 {
		return nil
	}
	b.done = true
	_, err = io.Copy(io.Discard, b.from)
	return err
}
