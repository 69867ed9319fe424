package s3

import (
	"cmp"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// ServeHTTP answers an S3 request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = pathStyle(r)
	bucketName, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	out := &responseWriter{ResponseWriter: w, cors: s.corsHeaders(bucketName, r), requestID: w.Header().Get(requestID), saved: s.host.State.Saved}
	if err := s.serve(out, r, bucketName, key); err != nil {
		writeError(out, r, err)
	}
	out.begin()
}

func (s *Service) serve(w *responseWriter, r *http.Request, bucketName, key string) error {
	for _, header := range []string{"X-Amz-Expected-Bucket-Owner", "X-Amz-Source-Expected-Bucket-Owner"} {
		if owner := r.Header.Get(header); owner != "" && owner != s.host.Account {
			return failure("AccessDenied", "Access Denied", http.StatusForbidden)
		}
	}
	nameNullVersion(r)
	if key != "" {
		if err := unserved(r); err != nil {
			return err
		}
	}
	switch {
	case bucketName == "" && r.Method == http.MethodGet:
		s.serveBuckets(w)
		return nil
	case key == "":
		return s.serveBucket(w, r, bucketName)
	case r.Header.Get("X-Amz-Copy-Source") != "" && r.URL.Query().Has("uploadId"):
		return s.servePartCopy(w, r)
	case r.Header.Get("X-Amz-Copy-Source") != "":
		return s.serveCopy(w, r, bucketName, key)
	case r.Method == http.MethodHead && r.URL.Query().Has("versionId"):
		// gofakes3 would answer for the newest version.
		r.Method, w.noBody = http.MethodGet, true
	}
	s.forward(w, r)
	return nil
}

// nullVersion stands for the version id "null" in requests to gofakes3, which takes
// that word for no version at all.
const nullVersion = "0null"

func nameNullVersion(r *http.Request) {
	if query := r.URL.Query(); query.Get("versionId") == "null" {
		query.Set("versionId", nullVersion)
		r.URL.RawQuery = query.Encode()
	}
}

// serveBucket answers a request for a bucket.
func (s *Service) serveBucket(w *responseWriter, r *http.Request, bucketName string) error {
	w.Header().Set("X-Amz-Bucket-Region", s.host.Region)
	found, exists := s.buckets.Get(bucketName)
	query := r.URL.Query()
	for name, d := range documents {
		if query.Has(name) {
			return s.serveDocument(w, r, bucketName, d)
		}
	}
	if exists {
		if r.Method == http.MethodGet && query.Has("versioning") {
			// gofakes3 writes the elements that are not set, too.
			writeXML(w, "VersioningConfiguration", cmp.Or(found.Config.Versioning, &versioning{}))
			return nil
		}
		if done, err := s.serveFixed(w, r); done {
			return err
		}
		if r.Method == http.MethodPut && !query.Has("versioning") {
			return failure("BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", http.StatusConflict)
		}
	}
	if err := unserved(r); err != nil {
		return err
	}
	s.forward(w, r)
	return nil
}

// forward hands the request to gofakes3, without what it would keep as metadata or
// stumble over.
func (s *Service) forward(w http.ResponseWriter, r *http.Request) {
	plainBody(r)
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Amz-") && !kept(name) {
			r.Header.Del(name)
		}
	}
	for _, name := range setAside {
		if v := r.Header.Get(name); v != "" {
			r.Header.Set(asidePrefix+name, v)
		}
	}
	if r.Header.Get("Content-Length") == "" && r.ContentLength >= 0 {
		r.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	s.objects.ServeHTTP(w, r)
}

// metadataPrefix begins the headers of user-defined metadata.
const metadataPrefix = "X-Amz-Meta-"

// kept reports whether S3 keeps a header with the object and gives it back.
func kept(name string) bool {
	return strings.HasPrefix(name, metadataPrefix) || strings.HasPrefix(name, "X-Amz-Server-Side-Encryption") ||
		name == "X-Amz-Storage-Class" || name == "X-Amz-Website-Redirect-Location"
}

// setAside are headers that S3 keeps and gofakes3 does not; they pass it under
// another name.
var setAside = []string{"Cache-Control", "Content-Language", "Expires"}

const asidePrefix = metadataPrefix + "Keyvex-Aside-"

// storedHeaders are the headers to keep of those that gofakes3 hands on.
func storedHeaders(headers map[string]string) map[string]string {
	stored := map[string]string{}
	for name, value := range headers {
		name = textproto.CanonicalMIMEHeaderKey(name)
		if plain, aside := strings.CutPrefix(name, asidePrefix); aside {
			name = plain
		}
		if !strings.HasPrefix(name, "X-Amz-") || kept(name) {
			stored[name] = value
		}
	}
	return stored
}

// pathStyle gives a copy of the request with the bucket in its path, also where
// the client put it into the host name ("bucket.localhost", "bucket.s3.localhost").
func pathStyle(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	host, _, _ := strings.Cut(r.Host, ":")
	name, ok := strings.CutSuffix(host, ".localhost")
	name = strings.TrimSuffix(name, ".s3")
	if ok && name != "s3" {
		r.URL.Path = "/" + name + r.URL.Path
		r.URL.RawPath = ""
	}
	return r
}

// responseWriter sees to headers at the last moment.
type responseWriter struct {
	http.ResponseWriter
	cors   http.Header
	noBody bool
	begun  bool
	// requestID is the router's.
	requestID string
	// saved waits for what was changed to be written.
	saved func() error
}

const requestID = "X-Amz-Request-Id"

func (w *responseWriter) WriteHeader(status int) {
	if !w.begun {
		w.begun = true
		// gofakes3 has its own opinion on these.
		w.Header().Del("Access-Control-Allow-Origin")
		w.Header().Set(requestID, w.requestID)
		lowerMetadata(w.Header())
		for name, values := range w.cors {
			w.Header()[name] = values
		}
		if w.saved() != nil && status < http.StatusInternalServerError {
			w.Header().Del("Content-Length")
			status, w.noBody = http.StatusInternalServerError, true
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

// lowerMetadata writes the names of user-defined metadata small, as S3 keeps them
// (Working with object metadata): boto3 takes them as they come.
func lowerMetadata(headers http.Header) {
	for name, values := range headers {
		if strings.HasPrefix(name, metadataPrefix) {
			delete(headers, name)
			headers[strings.ToLower(name)] = values
		}
	}
}

// begin is for answers whose status nobody wrote.
func (w *responseWriter) begin() {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
}

func (w *responseWriter) Write(b []byte) (int, error) {
	w.begin()
	if w.noBody {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
