package s3

import (
	"crypto/md5" //nolint:gosec // S3's entity tags are MD5
	"io"

	"github.com/johannesboyne/gofakes3"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// backend is the service as gofakes3 drives it.
type backend struct{ *Service }

var (
	_ gofakes3.Backend          = backend{}
	_ gofakes3.VersionedBackend = backend{}
)

// saved is err, or why what was changed could not be written.
func (s *Service) saved(err error) error {
	if err != nil {
		return err
	}
	return s.host.State.Err()
}

// ListBuckets lists all buckets.
func (b backend) ListBuckets() ([]gofakes3.BucketInfo, error) {
	list := []gofakes3.BucketInfo{}
	for name, found := range b.buckets.All() {
		list = append(list, gofakes3.BucketInfo{Name: name, CreationDate: gofakes3.NewContentTime(found.Created)})
	}
	return list, nil
}

// CreateBucket makes a bucket with the configuration that S3 gives new ones.
func (b backend) CreateBucket(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, ok := b.buckets.Get(name); ok {
		return gofakes3.ResourceError(gofakes3.ErrBucketAlreadyExists, name)
	}
	b.buckets.Set(name, bucket{Name: name, Created: b.host.Clock.Now().UTC(), Config: newConfiguration()})
	return b.saved(nil)
}

// BucketExists reports whether a bucket exists.
func (b backend) BucketExists(name string) (bool, error) {
	_, ok := b.buckets.Get(name)
	return ok, nil
}

// DeleteBucket removes an empty bucket.
func (b backend) DeleteBucket(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.buckets.Get(name)
	if !ok {
		return noSuchBucket()
	}
	if len(b.keys[name]) > 0 {
		return notEmpty(found.Config.Versioning != nil)
	}
	b.buckets.Delete(name)
	return b.saved(nil)
}

// ForceDeleteBucket is not S3's.
func (b backend) ForceDeleteBucket(string) error { return gofakes3.ErrNotImplemented }

// GetObject reads the newest version.
func (b backend) GetObject(bucket, key string, span *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	return b.read(bucket, key, "", span, true)
}

// HeadObject reads the newest version without its content.
func (b backend) HeadObject(bucket, key string) (*gofakes3.Object, error) {
	return b.read(bucket, key, "", nil, false)
}

// GetObjectVersion reads a version.
func (b backend) GetObjectVersion(bucket, key string, id gofakes3.VersionID, span *gofakes3.ObjectRangeRequest) (*gofakes3.Object, error) {
	return b.read(bucket, key, id, span, true)
}

// HeadObjectVersion reads a version without its content.
func (b backend) HeadObjectVersion(bucket, key string, id gofakes3.VersionID) (*gofakes3.Object, error) {
	return b.read(bucket, key, id, nil, false)
}

func (b backend) read(bucketName, key string, id gofakes3.VersionID, span *gofakes3.ObjectRangeRequest, content bool) (*gofakes3.Object, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.buckets.Get(bucketName)
	if !ok {
		return nil, noSuchBucket()
	}
	v, err := b.find(bucketName, key).version(string(id))
	if err != nil {
		return nil, err
	}
	out := &gofakes3.Object{
		Name: key, Metadata: v.Headers, Size: v.Size, Hash: v.MD5, IsDeleteMarker: v.Deleted, VersionID: v.shownID(found), Contents: io.NopCloser(nothing{}),
	}
	if !content || v.Deleted {
		return out, nil
	}
	if out.Range, err = span.Range(v.Size); err != nil {
		return nil, err
	}
	// Opened under the lock: afterwards the file may be removed, and still be read.
	file, err := b.blobs.open(v.Blob)
	if err != nil {
		return nil, err
	}
	out.Contents = file
	if out.Range != nil {
		out.Contents = &section{io.LimitReader(file, out.Range.Length), file}
		_, err = file.Seek(out.Range.Start, io.SeekStart)
	}
	return out, err
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }

// section is a part of a content, which closes the whole.
type section struct {
	io.Reader
	io.Closer
}

// version finds a version, the newest for an empty id.
func (o object) version(id string) (version, error) {
	if id == "" {
		v, ok := o.current()
		if !ok {
			return v, noSuchKey()
		}
		return v, nil
	}
	_, those := o.split(idOf(id))
	if len(those) == 0 {
		return version{}, noSuchVersion()
	}
	return those[0], nil
}

// idOf is the id in records that a request means: the null version has none.
func idOf(requested string) string {
	if requested == "null" || requested == nullVersion {
		return ""
	}
	return requested
}

// shownID is the version's id as answers show it: none in a bucket that never had
// versions.
func (v version) shownID(in bucket) gofakes3.VersionID {
	if in.Config.Versioning != nil && v.ID == "" {
		return "null"
	}
	return gofakes3.VersionID(v.ID)
}

// PutObject writes an object; in a versioned bucket it adds a version.
func (b backend) PutObject(bucketName, key string, headers map[string]string, content io.Reader, _ int64, conditions *gofakes3.PutConditions) (gofakes3.PutObjectResult, error) {
	hash := md5.New() //nolint:gosec // S3's entity tags are MD5
	v := version{Blob: b.host.ID(host.LowerID, 32), Headers: storedHeaders(headers)}
	size, err := b.blobs.put(v.Blob, io.TeeReader(content, hash))
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	v.Size, v.MD5 = size, hash.Sum(nil)
	v, err = b.add(bucketName, key, v, conditions)
	if err != nil {
		b.blobs.remove(v.Blob)
	}
	return gofakes3.PutObjectResult{VersionID: gofakes3.VersionID(v.ID)}, err
}

// add makes v the newest version.
func (s *Service) add(bucketName, key string, v version, conditions *gofakes3.PutConditions) (version, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.buckets.Get(bucketName)
	if !ok {
		return v, noSuchBucket()
	}
	o := s.find(bucketName, key)
	if conditions != nil {
		current, exists := o.current()
		if err := gofakes3.CheckPutConditions(conditions, &gofakes3.ConditionalObjectInfo{Exists: exists, Hash: current.MD5}); err != nil {
			return v, err
		}
	}
	v.Modified = s.host.Clock.Now().UTC()
	return s.push(found, o, v)
}
