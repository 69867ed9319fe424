package s3

import (
	"slices"
	"strings"

	"github.com/johannesboyne/gofakes3"
)

// scan walks the bucket's keys after a marker that match a prefix, in their order.
// With a delimiter, keys that have it beyond the prefix are rolled up into one
// common prefix. each returns false to stop.
func (s *Service) scan(bucketName string, p *gofakes3.Prefix, marker string, each func(key string, common bool) bool) {
	if p == nil {
		p = &gofakes3.Prefix{}
	}
	keys := s.keys[bucketName]
	start, _ := slices.BinarySearch(keys, max(marker, p.Prefix))
	last := ""
	for _, key := range keys[start:] {
		rest, ok := strings.CutPrefix(key, p.Prefix)
		if !ok {
			return
		}
		common := ""
		if p.Delimiter != "" {
			if i := strings.Index(rest, p.Delimiter); i >= 0 {
				common = p.Prefix + rest[:i+len(p.Delimiter)]
			}
		}
		switch {
		case common == "" && (key > marker || marker == ""):
			if !each(key, false) {
				return
			}
		case common != "" && common != last && common > marker:
			last = common
			if !each(common, true) {
				return
			}
		}
	}
}

// ListBucket lists a page of a bucket's objects.
func (b backend) ListBucket(name string, p *gofakes3.Prefix, page gofakes3.ListBucketPage) (*gofakes3.ObjectList, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := gofakes3.NewObjectList()
	if _, ok := b.buckets.Get(name); !ok {
		return nil, noSuchBucket()
	}
	count, last := int64(0), ""
	b.scan(name, p, page.Marker, func(key string, common bool) bool {
		v, alive := b.find(name, key).current()
		if !common && !alive || common && !b.aliveBelow(name, key) {
			return true
		}
		if page.MaxKeys > 0 && count == page.MaxKeys {
			list.IsTruncated, list.NextMarker = true, last
			return false
		}
		count, last = count+1, key
		if common {
			list.AddPrefix(key)
		} else {
			list.Add(&gofakes3.Content{
				Key: key, LastModified: gofakes3.NewContentTime(v.Modified), ETag: gofakes3.FormatETag(v.MD5), Size: v.Size, StorageClass: gofakes3.StorageStandard})
		}
		return true
	})
	return list, nil
}

// aliveBelow reports whether a common prefix has any object that is not deleted.
func (s *Service) aliveBelow(bucketName, prefix string) (alive bool) {
	s.scan(bucketName, &gofakes3.Prefix{Prefix: prefix}, "", func(key string, _ bool) bool {
		_, alive = s.find(bucketName, key).current()
		return !alive
	})
	return alive
}

// ListBucketVersions lists a page of the versions of a bucket's objects, by key,
// the newest first.
func (b backend) ListBucketVersions(name string, p *gofakes3.Prefix, page *gofakes3.ListBucketVersionsPage) (*gofakes3.ListBucketVersionsResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found, ok := b.buckets.Get(name)
	if !ok {
		return nil, noSuchBucket()
	}
	if page == nil {
		page = &gofakes3.ListBucketVersionsPage{}
	}
	me := gofakes3.UserInfo(b.owner())
	list := &versionList{in: found, owner: &me, page: page, result: gofakes3.NewListBucketVersionsResult(name, p, page)}
	if page.VersionIDMarker != "" {
		// The key of the marker may have further versions.
		list.addAfter(b.find(name, page.KeyMarker), string(page.VersionIDMarker))
	}
	b.scan(name, p, page.KeyMarker, func(key string, common bool) bool {
		if !common {
			return list.add(key, b.find(name, key).newestFirst())
		}
		if list.full() {
			return false
		}
		list.result.AddPrefix(key)
		list.count++
		return true
	})
	return list.result, nil
}

// versionList is a page of versions in the making.
type versionList struct {
	in     bucket
	owner  *gofakes3.UserInfo
	page   *gofakes3.ListBucketVersionsPage
	result *gofakes3.ListBucketVersionsResult
	count  int64
	// lastKey and lastID are of what was added last.
	lastKey string
	lastID  gofakes3.VersionID
}

// full reports that no more fits, and notes where the next page begins.
func (l *versionList) full() bool {
	if l.page.MaxKeys <= 0 || l.count < l.page.MaxKeys || l.result.IsTruncated {
		return l.result.IsTruncated
	}
	l.result.IsTruncated, l.result.NextKeyMarker, l.result.NextVersionIDMarker = true, l.lastKey, l.lastID
	return true
}

// addAfter adds the versions of an object that follow one of them.
func (l *versionList) addAfter(o object, id string) {
	versions := o.newestFirst()
	for i, v := range versions {
		if string(v.shownID(l.in)) == id || v.ID == id {
			l.addSome(o.Key, versions[i+1:], len(versions))
			return
		}
	}
}

func (l *versionList) add(key string, versions []version) bool {
	return l.addSome(key, versions, len(versions))
}

// addSome adds the last versions of an object that has that many in all.
func (l *versionList) addSome(key string, versions []version, all int) bool {
	for i, v := range versions {
		if l.full() {
			return false
		}
		latest, at, id := all-len(versions)+i == 0, gofakes3.NewContentTime(v.Modified), v.shownID(l.in)
		if v.Deleted {
			l.result.Versions = append(l.result.Versions, &gofakes3.DeleteMarker{Key: key, VersionID: id, IsLatest: latest, LastModified: at, Owner: l.owner})
		} else {
			l.result.Versions = append(l.result.Versions, &gofakes3.Version{
				Key: key, VersionID: id, IsLatest: latest, LastModified: at, Size: v.Size, ETag: gofakes3.FormatETag(v.MD5), Owner: l.owner})
		}
		l.count, l.lastKey, l.lastID = l.count+1, key, id
	}
	return true
}
