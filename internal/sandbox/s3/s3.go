// Package s3 is the sandbox's S3: buckets, their configuration, and objects.
//
// The object operations are spoken by gofakes3, on a backend of our own that keeps
// records in the sandbox's state and contents beside it. The configuration of
// buckets, which gofakes3 lacks, is ours.
package s3

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service is S3 of the one account in its one region.
type Service struct {
	host    *host.Host
	blobs   blobs
	objects http.Handler

	mu      sync.Mutex
	buckets *state.Map[bucket]
	records *state.Map[object]
	// keys lists the keys of each bucket, sorted.
	keys map[string][]string
}

// bucket is a bucket. It is replaced as a whole, never changed in place.
type bucket struct {
	Name    string
	Created time.Time
	Config  configuration
}

// object is a key with its versions, the newest last. It is replaced as a whole,
// never changed in place.
type object struct {
	Bucket, Key string
	Versions    []version
}

// version is one version of an object, or a delete marker.
type version struct {
	// ID is empty for the null version.
	ID       string            `json:",omitempty"`
	Blob     string            `json:",omitempty"`
	Size     int64             `json:",omitempty"`
	MD5      []byte            `json:",omitempty"`
	Headers  map[string]string `json:",omitempty"`
	Modified time.Time
	Deleted  bool `json:",omitempty"`
}

// New makes the service on a host. Errors are about the host's folder.
func New(h *host.Host) (*Service, error) {
	s := &Service{
		host:    h,
		blobs:   &memoryBlobs{contents: map[string][]byte{}},
		buckets: state.NewMap[bucket](h.State, "s3.buckets"),
		records: state.NewMap[object](h.State, "s3.objects"),
		keys:    map[string][]string{},
	}
	used := map[string]bool{}
	for _, o := range s.records.All() {
		s.keys[o.Bucket] = append(s.keys[o.Bucket], o.Key)
		for _, v := range o.Versions {
			used[v.Blob] = true
		}
	}
	for _, keys := range s.keys {
		slices.Sort(keys)
	}
	if h.Folder != "" {
		var err error
		if s.blobs, err = openFolder(filepath.Join(h.Folder, "objects"), used); err != nil {
			return nil, err
		}
	}
	s.objects = gofakes3.New(backend{s}, gofakes3.WithTimeSource(timeSource{h.Clock.Now}), gofakes3.WithTimeSkewLimit(0)).Server()
	return s, nil
}

// Wire gives the service; it serves its requests itself.
func (s *Service) Wire() *wire.Service {
	return &wire.Service{Name: "s3", Protocols: []wire.Protocol{wire.RESTXML}, Raw: s}
}

// timeSource is the sandbox's clock as gofakes3 asks for it.
type timeSource struct{ now func() time.Time }

func (t timeSource) Now() time.Time                     { return t.now().UTC() }
func (t timeSource) Since(then time.Time) time.Duration { return t.now().Sub(then) }

// recordKey is an object's key in records; a bucket's name has no slash.
func recordKey(bucket, key string) string { return bucket + "/" + key }

// find gives a bucket's object, the zero object if there is none.
func (s *Service) find(bucket, key string) object {
	o, ok := s.records.Get(recordKey(bucket, key))
	if !ok {
		return object{Bucket: bucket, Key: key}
	}
	return o
}

// keep writes an object, or forgets it if no version is left.
func (s *Service) keep(o object) {
	keys := s.keys[o.Bucket]
	i, known := slices.BinarySearch(keys, o.Key)
	switch {
	case len(o.Versions) == 0:
		s.records.Delete(recordKey(o.Bucket, o.Key))
		if known {
			s.keys[o.Bucket] = slices.Delete(keys, i, i+1)
		}
		return
	case !known:
		s.keys[o.Bucket] = slices.Insert(keys, i, strings.Clone(o.Key))
	}
	s.records.Set(recordKey(o.Bucket, o.Key), o)
}

// current is the newest version, unless there is none or it is a delete marker.
func (o object) current() (version, bool) {
	if len(o.Versions) == 0 {
		return version{}, false
	}
	v := o.Versions[len(o.Versions)-1]
	return v, !v.Deleted
}
