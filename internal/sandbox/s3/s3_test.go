package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/keyvex/keyvex/internal/sandbox"
)

func newSandbox(t *testing.T, folder string) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.New(sandbox.Options{Folder: folder, Region: "eu-west-1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newClient(t *testing.T, folder string) *s3.Client {
	return s3.NewFromConfig(newSandbox(t, folder).SDKConfig())
}

func bucket(t *testing.T, c *s3.Client, name string) {
	t.Helper()
	if _, err := c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, c *s3.Client, name, key, body string) {
	t.Helper()
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(body)}); err != nil {
		t.Fatal(err)
	}
}

func get(c *s3.Client, name, key, version string) string {
	in := &s3.GetObjectInput{Bucket: &name, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := c.GetObject(context.Background(), in)
	if err != nil {
		return code(err)
	}
	defer out.Body.Close()
	body, _ := io.ReadAll(out.Body)
	return string(body)
}

func code(err error) string {
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestObjectsAndBucketsSurviveARestart(t *testing.T) {
	folder := t.TempDir()
	t.Run("before", func(t *testing.T) {
		c := newClient(t, folder)
		bucket(t, c, "kept")
		put(t, c, "kept", "a/b c+ü", "content")
		put(t, c, "kept", "gone", "x")
		if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("kept"), Key: aws.String("gone")}); err != nil {
			t.Fatal(err)
		}
	})
	c := newClient(t, folder)
	list, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil || len(list.Buckets) != 1 || *list.Buckets[0].Name != "kept" {
		t.Fatal(list, err)
	}
	if got := get(c, "kept", "a/b c+ü", ""); got != "content" {
		t.Errorf("read %q", got)
	}
	if got := get(c, "kept", "gone", ""); got != "NoSuchKey" {
		t.Errorf("deleted object: %q", got)
	}
}

func TestHeadersComeBackAndNoOthers(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "headers")
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("headers"), Key: aws.String("k"), Body: strings.NewReader("0123456789"),
		ContentType: aws.String("text/css"), CacheControl: aws.String("max-age=1"), Metadata: map[string]string{"colour": "red"}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("headers"), Key: aws.String("k"), Range: aws.String("bytes=2-4")})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(out.Body)
	if string(body) != "234" || *out.ContentType != "text/css" || *out.CacheControl != "max-age=1" || fmt.Sprint(out.Metadata) != "map[colour:red]" {
		t.Errorf("%q %v %v %v", body, *out.ContentType, aws.ToString(out.CacheControl), out.Metadata)
	}
	if _, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("headers"), Key: aws.String("none")}); code(err) != "NotFound" {
		t.Errorf("head of what is not there: %v", err)
	}
}

// "Amazon S3 stores user-defined metadata keys in lowercase" (Working with object
// metadata). The Go SDK would not mind, boto3 takes the names as they come.
func TestMetadataHasSmallNamesOnTheWire(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "small")
	if _, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("small"), Key: aws.String("k"), Metadata: map[string]string{"Colour": "red"}}); err != nil {
		t.Fatal(err)
	}
	out, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("small"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	raw := middleware.GetRawResponse(out.ResultMetadata).(*smithyhttp.Response)
	if small := strings.ToLower("X-Amz-Meta-Colour"); fmt.Sprint(raw.Header[small]) != "[red]" {
		t.Errorf("the headers are %v", raw.Header)
	}
}

func TestARequestForAPartThatIsNotServedLeavesTheObjectAlone(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "parts")
	put(t, c, "parts", "k", "body")
	name, key := aws.String("parts"), aws.String("k")
	_, tagged := c.PutObjectTagging(t.Context(), &s3.PutObjectTaggingInput{Bucket: name, Key: key, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}}})
	_, untagged := c.DeleteObjectTagging(t.Context(), &s3.DeleteObjectTaggingInput{Bucket: name, Key: key})
	_, described := c.GetObjectAttributes(t.Context(), &s3.GetObjectAttributesInput{Bucket: name, Key: key, ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesEtag}})
	_, inventory := c.GetBucketInventoryConfiguration(t.Context(), &s3.GetBucketInventoryConfigurationInput{Bucket: name, Id: aws.String("i")})
	_, metrics := c.DeleteBucketMetricsConfiguration(t.Context(), &s3.DeleteBucketMetricsConfigurationInput{Bucket: name, Id: aws.String("i")})
	for i, err := range []error{tagged, untagged, described, inventory, metrics} {
		if code(err) != "NotImplemented" {
			t.Errorf("call %d: %v", i+1, err)
		}
	}
	if got := get(c, "parts", "k", ""); got != "body" {
		t.Errorf("the object is %q", got)
	}
}

// ListObjectVersions and ListObjectsV2 in the API reference: every version has its
// owner, every object its storage class.
func TestListsTellOwnerAndStorageClass(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "lists")
	put(t, c, "lists", "k", "one")
	objects, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("lists")})
	if err != nil || objects.Contents[0].StorageClass != types.ObjectStorageClassStandard {
		t.Errorf("objects: %+v %v", objects, err)
	}
	versions, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String("lists")})
	if err != nil || versions.Versions[0].Owner == nil || *versions.Versions[0].Owner.ID != sandbox.DefaultAccount {
		t.Errorf("versions: %+v %v", versions, err)
	}
}

func TestVersions(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "versions")
	put(t, c, "versions", "k", "null")
	if _, err := c.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("versions"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}}); err != nil {
		t.Fatal(err)
	}
	put(t, c, "versions", "k", "one")
	put(t, c, "versions", "k", "two")
	if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("versions"), Key: aws.String("k")}); err != nil {
		t.Fatal(err)
	}
	if got := get(c, "versions", "k", ""); got != "NoSuchKey" {
		t.Errorf("behind a delete marker: %q", got)
	}
	list, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String("versions")})
	if err != nil || len(list.Versions) != 3 || len(list.DeleteMarkers) != 1 || !*list.DeleteMarkers[0].IsLatest {
		t.Fatalf("%+v, %v", list, err)
	}
	if got := get(c, "versions", "k", *list.Versions[1].VersionId); got != "one" || *list.Versions[2].VersionId != "null" {
		t.Errorf("second newest is %q, oldest has id %s", got, *list.Versions[2].VersionId)
	}
	if got := get(c, "versions", "k", "null"); got != "null" {
		t.Errorf("the null version is %q", got)
	}
	head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("versions"), Key: aws.String("k"), VersionId: list.Versions[0].VersionId})
	if err != nil || *head.ContentLength != 3 {
		t.Errorf("head of a version: %v, %v", head, err)
	}
	if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("versions")}); code(err) != "BucketNotEmpty" || !strings.Contains(err.Error(), "You must delete all versions in the bucket.") {
		t.Errorf("deleting a full bucket: %v", err)
	}
	var all []types.ObjectIdentifier
	for _, v := range list.Versions {
		all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	all = append(all, types.ObjectIdentifier{Key: aws.String("k"), VersionId: list.DeleteMarkers[0].VersionId})
	if _, err := c.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String("versions"), Delete: &types.Delete{Objects: all}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("versions")}); err != nil {
		t.Errorf("deleting an emptied bucket: %v", err)
	}
}

func TestPagesNeitherSkipNorRepeat(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "pages")
	var keys []string
	for i := range 7 {
		for _, key := range []string{fmt.Sprintf("d%d/x", i), fmt.Sprintf("d%d/y", i), fmt.Sprintf("k%d", i)} {
			put(t, c, "pages", key, "x")
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for size := range int32(9) {
		var got, prefixes []string
		pages := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String("pages"), MaxKeys: aws.Int32(size + 1)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Contents {
				got = append(got, *o.Key)
			}
		}
		rolled := s3.NewListObjectsV2Paginator(c, &s3.ListObjectsV2Input{Bucket: aws.String("pages"), MaxKeys: aws.Int32(size + 1), Delimiter: aws.String("/"), Prefix: aws.String("d")})
		for rolled.HasMorePages() {
			page, err := rolled.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.CommonPrefixes {
				prefixes = append(prefixes, *p.Prefix)
			}
		}
		if !slices.Equal(got, keys) || len(prefixes) != 7 || prefixes[6] != "d6/" {
			t.Errorf("pages of %d: %v, %v", size+1, got, prefixes)
		}
	}
}

func TestCopyKeepsOrReplacesMetadata(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "from")
	bucket(t, c, "target")
	_, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("from"), Key: aws.String("a b"), Body: strings.NewReader("x"), Metadata: map[string]string{"k": "old"}})
	if err != nil {
		t.Fatal(err)
	}
	for directive, want := range map[types.MetadataDirective]string{"": "map[k:old]", "REPLACE": "map[k:new]"} {
		in := &s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("c"), CopySource: aws.String("from/a%20b"), MetadataDirective: directive, Metadata: map[string]string{"k": "new"}}
		if directive == "" {
			in.Metadata = nil
		}
		if _, err := c.CopyObject(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		head, err := c.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("target"), Key: aws.String("c")})
		if err != nil || fmt.Sprint(head.Metadata) != want {
			t.Errorf("directive %q: %v, %v", directive, head, err)
		}
	}
}

func TestMultipartUpload(t *testing.T) {
	c := newClient(t, t.TempDir())
	bucket(t, c, "multi")
	ctx, name, key := t.Context(), aws.String("multi"), aws.String("big")
	upload, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: name, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for number := range int32(2) {
		body := bytes.Repeat([]byte{'a' + byte(number)}, 5<<20)
		out, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: name, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(number + 1), Body: bytes.NewReader(body)})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(number + 1), ETag: out.ETag})
	}
	if _, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: name, Key: key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}); err != nil {
		t.Fatal(err)
	}
	if got := get(c, "multi", "big", ""); len(got) != 10<<20 || got[5<<20] != 'b' {
		t.Errorf("%d bytes", len(got))
	}
}

func TestPartsAreCopiedFromOtherObjects(t *testing.T) {
	c := newClient(t, t.TempDir())
	bucket(t, c, "multi")
	put(t, c, "multi", "from", strings.Repeat("a", 5<<20)+"0123456789")
	ctx, name, key := t.Context(), aws.String("multi"), aws.String("copy")
	upload, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: name, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	var parts []types.CompletedPart
	for i, span := range []string{"bytes=0-5242879", "bytes=5242882-5242884"} {
		out, err := c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
			Bucket: name, Key: key, UploadId: upload.UploadId, PartNumber: aws.Int32(int32(i + 1)), CopySource: aws.String("multi/from"), CopySourceRange: &span,
		})
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.CopyPartResult.ETag})
	}
	if _, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: name, Key: key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}}); err != nil {
		t.Fatal(err)
	}
	if got := get(c, "multi", "copy", ""); got != strings.Repeat("a", 5<<20)+"234" {
		t.Errorf("%d bytes", len(got))
	}
	_, err = c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{
		Bucket: name, Key: key, UploadId: aws.String("999"), PartNumber: aws.Int32(1), CopySource: aws.String("multi/from"),
	})
	if code(err) != "NoSuchUpload" {
		t.Errorf("an unknown upload: %v", err)
	}
}
