package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/keyvex/keyvex/internal/problem"
)

// Bootstrap makes what all environments of an account and region share: the assets
// bucket, closed to everybody else, and API Gateway's role for CloudWatch logs
// unless the account has one. It may be run again at any time.
//
// Errors: Refused when the bucket's name belongs to another account, else what AWS
// answers.
func (d *Deployer) Bootstrap(ctx context.Context) (*Bootstrapped, error) {
	done := &Bootstrapped{Bucket: d.bucket()}
	if err := d.makeBucket(ctx, done); err != nil {
		return nil, err
	}
	for _, step := range d.bucketSettings() {
		if err := d.tolerate(step.apply(ctx), step.what, done); err != nil {
			return nil, err
		}
	}
	if err := d.tolerate(d.setGatewayRole(ctx, done), "API Gateway's role for CloudWatch logs", done); err != nil {
		return nil, err
	}
	return done, nil
}

func (d *Deployer) makeBucket(ctx context.Context, done *Bootstrapped) error {
	absent, err := d.lacksBucket(ctx, false)
	if err != nil || !absent {
		return err
	}
	in := &s3.CreateBucketInput{Bucket: &done.Bucket, ObjectOwnership: s3types.ObjectOwnershipBucketOwnerEnforced}
	// us-east-1 is the one region that must not be named.
	if d.settings.Region != "us-east-1" {
		in.CreateBucketConfiguration = &s3types.CreateBucketConfiguration{
			LocationConstraint: s3types.BucketLocationConstraint(d.settings.Region),
		}
	}
	_, err = d.clients.S3.CreateBucket(ctx, in)
	switch code(err) {
	case "BucketAlreadyOwnedByYou":
		return nil
	case "BucketAlreadyExists":
		return problem.New(problem.Refused, "the bucket %s belongs to another account", done.Bucket).WithCause(err).
			WithHint("nothing was changed; the name holds your account's id, so somebody has taken it")
	}
	if err != nil {
		return wrap(err, done.Bucket, "making the bucket")
	}
	done.Created = true
	return nil
}

// setting is one part of the bucket's configuration.
type setting struct {
	what  string
	apply func(context.Context) error
}

// oldZipDays is after how many days a zip goes. One that is still referred to is
// uploaded again when its function's stack is next changed.
const oldZipDays = 365

const unfinishedUploadDays = 7

func (d *Deployer) bucketSettings() []setting {
	bucket, owner := aws.String(d.bucket()), d.owner()
	settings := []setting{
		{"the bucket's public access block", func(ctx context.Context) error {
			_, err := d.clients.S3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{
				Bucket: bucket, ExpectedBucketOwner: owner,
				PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{
					BlockPublicAcls: aws.Bool(true), IgnorePublicAcls: aws.Bool(true),
					BlockPublicPolicy: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true),
				},
			})
			return err
		}},
		{"the bucket's encryption", func(ctx context.Context) error {
			_, err := d.clients.S3.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{
				Bucket: bucket, ExpectedBucketOwner: owner,
				ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
					Rules: []s3types.ServerSideEncryptionRule{{
						ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAes256},
					}},
				},
			})
			return err
		}},
		{"the bucket's lifecycle", func(ctx context.Context) error {
			_, err := d.clients.S3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{
				Bucket: bucket, ExpectedBucketOwner: owner,
				LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{{
					ID: aws.String("old-zips"), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("")},
					Expiration:                     &s3types.LifecycleExpiration{Days: aws.Int32(oldZipDays)},
					AbortIncompleteMultipartUpload: &s3types.AbortIncompleteMultipartUpload{DaysAfterInitiation: aws.Int32(unfinishedUploadDays)},
				}}},
			})
			return err
		}},
	}
	// A server on this machine is spoken to without TLS, and would obey.
	if !d.settings.Loopback {
		settings = append(settings, setting{"the bucket's TLS-only policy", func(ctx context.Context) error {
			_, err := d.clients.S3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket: bucket, ExpectedBucketOwner: owner, Policy: aws.String(tlsOnly(d.partition(), *bucket)),
			})
			return err
		}})
	}
	return settings
}

// tlsOnly is the policy that refuses whoever does not use TLS.
func tlsOnly(partition, bucket string) string {
	arn := "arn:" + partition + ":s3:::" + bucket
	policy, err := json.Marshal(map[string]any{
		"Version": "2012-10-17",
		"Statement": []any{map[string]any{
			"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
			"Resource":  []string{arn, arn + "/*"},
			"Condition": map[string]any{"Bool": map[string]string{"aws:SecureTransport": "false"}},
		}},
	})
	if err != nil {
		panic(err)
	}
	return string(policy)
}

// partition is AWS's own name for the group of regions that the region is in.
func (d *Deployer) partition() string {
	switch {
	case strings.HasPrefix(d.settings.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(d.settings.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// tolerate notes what a server that is not AWS would not do, and goes on.
func (d *Deployer) tolerate(err error, what string, done *Bootstrapped) error {
	if err == nil {
		return nil
	}
	if denied(err) || !d.unsupported(err) {
		return wrap(err, what, "setting it up")
	}
	done.Skipped = append(done.Skipped, what+": "+words(err))
	return nil
}

// unsupported reports whether a server seems to lack an operation. On this machine
// any refusal counts as that; an answer that cannot be read, and a proxy's word that its
// server is away, are none.
func (d *Deployer) unsupported(err error) bool {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	if !ok {
		return false
	}
	switch status := response.HTTPStatusCode(); status {
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return false
	default:
		return d.settings.Loopback && status >= http.StatusBadRequest
	}
}
