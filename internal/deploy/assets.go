package deploy

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// parallelUploads bounds how many assets are sent at the same time.
const parallelUploads = 4

func (d *Deployer) bucket() string {
	return platform.AssetsBucketName(d.settings.Account, d.settings.Region)
}

// owner is the account that must own a bucket, nil where it is not known: a bucket
// of that name may be somebody else's.
func (d *Deployer) owner() *string {
	if d.settings.Account == "" {
		return nil
	}
	return &d.settings.Account
}

// missing reports whether S3 says that there is no such object or bucket. An answer
// to HEAD has no body, so only its status says it.
func missing(err error) bool {
	response, ok := errors.AsType[*awshttp.ResponseError](err)
	return ok && response.HTTPStatusCode() == http.StatusNotFound ||
		code(err) == "NotFound" || code(err) == "NoSuchKey" || code(err) == "NoSuchBucket"
}

// lacksBucket reports whether the assets bucket is not there.
func (d *Deployer) lacksBucket(ctx context.Context, already bool) (bool, error) {
	_, err := d.clients.S3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(d.bucket()), ExpectedBucketOwner: d.owner()})
	switch {
	case err == nil:
		return already, nil
	case missing(err):
		return true, nil
	case denied(err):
		return false, problem.New(problem.Refused, "the bucket %s is not this account's, or closed to you", d.bucket()).WithCause(err).
			WithHint("keyvex keeps Lambda code there: check the account, and the permission s3:ListBucket")
	}
	return false, wrap(err, d.bucket(), "looking for the bucket")
}

// upload sends the assets that are missing.
func (r *run) upload(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelUploads)
	for _, a := range r.plan.Release.Assets {
		group.Go(func() error {
			sent, err := r.d.send(ctx, a)
			if err != nil {
				return err
			}
			if sent {
				r.mu.Lock()
				r.uploaded++
				r.mu.Unlock()
			}
			r.box.put(Event{Kind: AssetEvent, Time: r.d.now(), Asset: AssetProgress{Key: a.Key, Size: a.Size, Uploaded: sent}})
			return nil
		})
	}
	return group.Wait()
}

// send uploads an asset unless it is there.
func (d *Deployer) send(ctx context.Context, a Asset) (sent bool, err error) {
	bucket := d.bucket()
	head, err := d.clients.S3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &a.Key, ExpectedBucketOwner: d.owner()})
	if err == nil && (head.ContentLength == nil || *head.ContentLength == a.Size) {
		return false, nil
	}
	if err != nil && !missing(err) {
		return false, wrap(err, bucket, "looking for "+a.Key)
	}
	body, err := a.Open()
	if err != nil {
		return false, problem.New(problem.Failed, "cannot read the code for %s", a.Key).WithCause(err)
	}
	defer body.Close()
	_, err = d.clients.S3.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: &a.Key, Body: body, ContentLength: &a.Size,
		ContentType: aws.String("application/zip"), ExpectedBucketOwner: d.owner(),
	})
	if missing(err) {
		return false, problem.New(problem.NotFound, "there is no bucket %s for the Lambda code", bucket).WithCause(err).
			WithHint("keyvex bootstrap makes it")
	}
	if err != nil {
		return false, wrap(err, bucket, "uploading "+a.Key)
	}
	return true, nil
}
