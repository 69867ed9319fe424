package s3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
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

func TestConfigurationOfABucket(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "config")
	ctx, name := t.Context(), aws.String("config")
	if out, err := c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: name}); err != nil ||
		out.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm != "AES256" {
		t.Error(out, err)
	}
	if out, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: name}); err != nil || !*out.PublicAccessBlockConfiguration.BlockPublicPolicy {
		t.Error(out, err)
	}
	if out, err := c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: name}); err != nil || out.LocationConstraint != "eu-west-1" {
		t.Error(out, err)
	}
	if out, err := c.GetBucketAcl(ctx, &s3.GetBucketAclInput{Bucket: name}); err != nil || out.Grants[0].Permission != "FULL_CONTROL" || out.Grants[0].Grantee.ID == nil {
		t.Error(out, err)
	}
	if _, err := c.GetBucketCors(ctx, &s3.GetBucketCorsInput{Bucket: name}); code(err) != "NoSuchCORSConfiguration" {
		t.Error(err)
	}
	if _, err := c.PutBucketTagging(ctx, &s3.PutBucketTaggingInput{Bucket: name, Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("k"), Value: aws.String("value")}}}}); err != nil {
		t.Error(err)
	}
	if out, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: name}); err != nil || *out.TagSet[0].Value != "value" {
		t.Error(out, err)
	}
	rule := types.LifecycleRule{ID: aws.String("r"), Status: "Enabled", Filter: &types.LifecycleRuleFilter{Prefix: aws.String("tmp/")},
		Expiration:  &types.LifecycleExpiration{Days: aws.Int32(3)},
		Transitions: []types.Transition{{Days: aws.Int32(1), StorageClass: "GLACIER"}}}
	if _, err := c.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: name, LifecycleConfiguration: &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{rule}}}); err != nil {
		t.Error(err)
	}
	if out, err := c.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: name}); err != nil ||
		*out.Rules[0].Filter.Prefix != "tmp/" || *out.Rules[0].Expiration.Days != 3 || out.Rules[0].Transitions[0].StorageClass != "GLACIER" {
		t.Errorf("%+v %v", out, err)
	}
	if _, err := c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: aws.String("{}")}); code(err) != "MalformedPolicy" {
		t.Error(err)
	}
	if _, err := c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: name, Policy: aws.String(`{"Statement":[]}`)}); err != nil {
		t.Error(err)
	}
	if out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name}); err != nil || *out.Policy != `{"Statement":[]}` {
		t.Error(out, err)
	}
	if _, err := c.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: name}); err != nil {
		t.Error(err)
	}
	if _, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: name}); code(err) != "NoSuchBucketPolicy" {
		t.Error(err)
	}
}

func TestRefusals(t *testing.T) {
	c := newClient(t, "")
	bucket(t, c, "mine")
	ctx := t.Context()
	if _, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("mine")}); code(err) != "BucketAlreadyOwnedByYou" {
		t.Error(err)
	}
	if _, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("mine"), ExpectedBucketOwner: aws.String("111111111111")}); code(err) != "AccessDenied" {
		t.Error(err)
	}
	if _, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("mine"), ExpectedBucketOwner: aws.String(sandbox.DefaultAccount)}); err != nil {
		t.Error(err)
	}
	if _, err := c.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: aws.String("none")}); code(err) != "NoSuchBucket" {
		t.Error(err)
	}
	once := &s3.PutObjectInput{Bucket: aws.String("mine"), Key: aws.String("lock"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*")}
	if _, err := c.PutObject(ctx, once); err != nil {
		t.Error(err)
	}
	once.Body = strings.NewReader("y")
	if _, err := c.PutObject(ctx, once); code(err) != "PreconditionFailed" || get(c, "mine", "lock", "") != "x" {
		t.Errorf("the second writer: %v", err)
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

func TestAPreflightIsAnsweredByTheBucketsRules(t *testing.T) {
	sb := newSandbox(t, "")
	c := s3.NewFromConfig(sb.SDKConfig())
	bucket(t, c, "web")
	if _, err := c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: aws.String("web"), CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{
		{AllowedMethods: []string{"PUT"}, AllowedOrigins: []string{"http://localhost:*"}, AllowedHeaders: []string{"content-*"}}}}}); err != nil {
		t.Fatal(err)
	}
	ask := func(origin, method, header string) (int, string) {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodOptions, "http://localhost/web/key", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", method)
		r.Header.Set("Access-Control-Request-Headers", header)
		response, err := sb.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response.StatusCode, response.Header.Get("Access-Control-Allow-Origin")
	}
	if status, origin := ask("http://localhost:3000", "PUT", "Content-Type"); status != 200 || origin != "http://localhost:3000" {
		t.Error(status, origin)
	}
	if status, _ := ask("http://localhost:3000", "DELETE", "content-type"); status != 403 {
		t.Error(status)
	}
	if status, _ := ask("http://localhost:3000", "PUT", "x-other"); status != 403 {
		t.Error(status)
	}
}

func TestTheResourcesLiveAndDie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sb, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer sb.Close()
		types := sb.S3.Resources()
		properties := map[string]any{"BucketName": "made", "VersioningConfiguration": map[string]any{"Status": "Enabled"},
			"LifecycleConfiguration": map[string]any{"Rules": []any{map[string]any{"Id": "r", "Status": "Enabled", "NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 30.0}}}}}
		r := resource.Request{StackName: "Stack", LogicalID: "B", Token: "t", Properties: properties}
		result, err := types[0].Create(t.Context(), r)
		if err != nil || result.PhysicalID != "made" || result.Attributes["Arn"] != "arn:aws:s3:::made" {
			t.Fatal(result, err)
		}
		if _, err := types[0].Create(t.Context(), r); err == nil || err.Error() != "made already exists" {
			t.Error(err)
		}
		live, ok, err := types[0].Read(t.Context(), "made")
		if !ok || err != nil || fmt.Sprint(live["LifecycleConfiguration"]) != fmt.Sprint(properties["LifecycleConfiguration"]) {
			t.Error(live, err)
		}
		policy := resource.Request{PhysicalID: "made", Properties: map[string]any{"Bucket": "made", "PolicyDocument": map[string]any{"Statement": []any{}}}}
		if _, err := types[1].Create(t.Context(), policy); err != nil {
			t.Error(err)
		}
		if _, err := types[1].Create(t.Context(), policy); err == nil {
			t.Error("two policies")
		}
		r.PhysicalID = "made"
		put(t, s3.NewFromConfig(sb.SDKConfig()), "made", "k", "x")
		if err := types[0].Delete(t.Context(), r); err == nil || !strings.Contains(err.Error(), "You must delete all versions") {
			t.Errorf("deleting a full bucket: %v", err)
		}
		r.Properties = map[string]any{"Colour": "red"}
		if _, err := types[0].Create(t.Context(), r); err == nil || !strings.Contains(err.Error(), "Colour") {
			t.Errorf("an unknown property: %v", err)
		}
	})
}
