package s3

import (
	"slices"

	"github.com/johannesboyne/gofakes3"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// push adds a version to an object as the bucket's versioning says, and gives it
// back with its id. The caller holds mu.
func (s *Service) push(in bucket, o object, v version) (version, error) {
	if in.versioned() {
		v.ID = s.host.ID(host.MixedID, 32)
	}
	// Without versioning the null version is replaced.
	kept, replaced := o.split(v.ID)
	o.Versions = append(kept, v)
	s.keep(o)
	if err := s.saved(nil); err != nil {
		return v, err
	}
	s.drop(replaced)
	return v, nil
}

func (b bucket) versioned() bool {
	return b.Config.Versioning != nil && b.Config.Versioning.Status == string(gofakes3.VersioningEnabled)
}

// split takes the versions of that id from the others.
func (o object) split(id string) (others, those []version) {
	for _, v := range o.Versions {
		if v.ID == id {
			those = append(those, v)
		} else {
			others = append(others, v)
		}
	}
	return others, those
}

// drop forgets the contents of versions that are no more.
func (s *Service) drop(versions []version) {
	for _, v := range versions {
		if v.Blob != "" {
			s.blobs.remove(v.Blob)
		}
	}
}

// DeleteObject removes an object; in a versioned bucket it adds a delete marker.
func (b backend) DeleteObject(bucketName, key string) (gofakes3.ObjectDeleteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.buckets.Get(bucketName)
	if !ok {
		return gofakes3.ObjectDeleteResult{}, noSuchBucket()
	}
	o := b.find(bucketName, key)
	if found.Config.Versioning == nil {
		b.keep(object{Bucket: bucketName, Key: key})
		if err := b.saved(nil); err != nil {
			return gofakes3.ObjectDeleteResult{}, err
		}
		b.drop(o.Versions)
		return gofakes3.ObjectDeleteResult{}, nil
	}
	marker, err := b.push(found, o, version{Deleted: true, Modified: b.host.Clock.Now().UTC()})
	return gofakes3.ObjectDeleteResult{IsDeleteMarker: true, VersionID: marker.shownID(found)}, err
}

// DeleteObjectVersion removes one version for good. One that is not there is no
// error.
func (b backend) DeleteObjectVersion(bucketName, key string, id gofakes3.VersionID) (gofakes3.ObjectDeleteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.buckets.Get(bucketName)
	if !ok {
		return gofakes3.ObjectDeleteResult{}, noSuchBucket()
	}
	o := b.find(bucketName, key)
	others, those := o.split(idOf(string(id)))
	if len(those) == 0 {
		return gofakes3.ObjectDeleteResult{}, nil
	}
	o.Versions = others
	b.keep(o)
	if err := b.saved(nil); err != nil {
		return gofakes3.ObjectDeleteResult{}, err
	}
	b.drop(those)
	return gofakes3.ObjectDeleteResult{IsDeleteMarker: those[0].Deleted, VersionID: those[0].shownID(found)}, nil
}

// DeleteMulti removes objects.
func (b backend) DeleteMulti(bucketName string, keys ...string) (gofakes3.MultiDeleteResult, error) {
	var objects []gofakes3.ObjectID
	for _, key := range keys {
		objects = append(objects, gofakes3.ObjectID{Key: key})
	}
	return b.DeleteMultiVersions(bucketName, objects...)
}

// DeleteMultiVersions removes objects and versions.
func (b backend) DeleteMultiVersions(bucketName string, objects ...gofakes3.ObjectID) (result gofakes3.MultiDeleteResult, err error) {
	for _, o := range objects {
		if o.VersionID == "" {
			_, err = b.DeleteObject(bucketName, o.Key)
		} else {
			_, err = b.DeleteObjectVersion(bucketName, o.Key, gofakes3.VersionID(o.VersionID))
		}
		if err != nil {
			return result, err
		}
		result.Deleted = append(result.Deleted, o)
	}
	return result, nil
}

// VersioningConfiguration tells whether the bucket keeps versions.
func (b backend) VersioningConfiguration(bucketName string) (gofakes3.VersioningConfiguration, error) {
	found, ok := b.buckets.Get(bucketName)
	if !ok {
		return gofakes3.VersioningConfiguration{}, noSuchBucket()
	}
	var out gofakes3.VersioningConfiguration
	if v := found.Config.Versioning; v != nil {
		out.Status = gofakes3.VersioningStatus(v.Status)
	}
	return out, nil
}

// SetVersioningConfiguration makes the bucket keep versions, or stop doing so.
func (b backend) SetVersioningConfiguration(bucketName string, v gofakes3.VersioningConfiguration) error {
	return b.configure(bucketName, func(c *configuration) error {
		c.Versioning = &versioning{Status: string(v.Status)}
		return nil
	})
}

// newestFirst are an object's versions as listings show them.
func (o object) newestFirst() []version {
	versions := slices.Clone(o.Versions)
	slices.Reverse(versions)
	return versions
}
