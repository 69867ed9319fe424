package s3_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

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

// A browser asks at the presigned URL itself, with another method than was signed,
// and shows its page the ETag only if the answer exposes it.
func TestAPageUploadsByAPresignedURL(t *testing.T) {
	sb := newSandbox(t, "")
	c := s3.NewFromConfig(sb.SDKConfig(), func(o *s3.Options) { o.UsePathStyle = true })
	bucket(t, c, "uploads")
	rule := types.CORSRule{AllowedMethods: []string{"PUT"}, AllowedOrigins: []string{"http://localhost:3000"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}}
	if _, err := c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: aws.String("uploads"), CORSConfiguration: &types.CORSConfiguration{CORSRules: []types.CORSRule{rule}}}); err != nil {
		t.Fatal(err)
	}
	put, err := s3.NewPresignClient(c).PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("uploads"), Key: aws.String("a+b ä.png")})
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"OPTIONS", "PUT"} {
		r, _ := http.NewRequestWithContext(t.Context(), method, put.URL, http.NoBody)
		r.Header.Set("Origin", "http://localhost:3000")
		if method == "OPTIONS" {
			r.Header.Set("Access-Control-Request-Method", "PUT")
		}
		response, err := sb.Transport().RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if h := response.Header; response.StatusCode != 200 || h.Get("Access-Control-Allow-Origin") != "http://localhost:3000" || h.Get("Access-Control-Expose-Headers") != "ETag" {
			t.Errorf("%s: %s %v", method, response.Status, h)
		}
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
