package deploy

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/problem"
)

// versionPage is how many versions one answer lists and one request deletes.
const versionPage = 1000

// countVersions counts the object versions and delete markers of a bucket's first
// page. A bucket that is gone holds none.
func (d *Deployer) countVersions(ctx context.Context, bucket string) (count int, more bool, err error) {
	page, err := d.clients.S3.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
		Bucket: &bucket, MaxKeys: aws.Int32(versionPage), ExpectedBucketOwner: d.owner(),
	})
	if missing(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, wrap(err, bucket, "listing what is in it")
	}
	return len(page.Versions) + len(page.DeleteMarkers), aws.ToBool(page.IsTruncated), nil
}

// empty deletes all versions of all objects of a bucket and reports how many.
func (d *Deployer) empty(ctx context.Context, bucket string) (deleted int, err error) {
	previous := ""
	for {
		page, err := d.clients.S3.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
			Bucket: &bucket, MaxKeys: aws.Int32(versionPage), ExpectedBucketOwner: d.owner(),
		})
		if missing(err) {
			return deleted, nil
		}
		if err != nil {
			return deleted, wrap(err, bucket, "listing what is in it")
		}
		doomed := versions(page)
		if len(doomed) == 0 {
			return deleted, nil
		}
		first := aws.ToString(doomed[0].Key) + " " + aws.ToString(doomed[0].VersionId)
		if first == previous {
			return deleted, problem.New(problem.Failed, "%s: S3 reports %s deleted and still lists it", bucket, aws.ToString(doomed[0].Key)).
				WithHint("empty that bucket by other means, then run destroy again")
		}
		previous = first
		if err := d.deleteVersions(ctx, bucket, doomed); err != nil {
			return deleted, err
		}
		deleted += len(doomed)
	}
}

func versions(page *s3.ListObjectVersionsOutput) []types.ObjectIdentifier {
	var out []types.ObjectIdentifier
	for _, v := range page.Versions {
		out = append(out, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	for _, m := range page.DeleteMarkers {
		out = append(out, types.ObjectIdentifier{Key: m.Key, VersionId: m.VersionId})
	}
	return out
}

// deleteAttempts is how often objects that S3 was too busy to delete are tried.
const deleteAttempts = 8

func (d *Deployer) deleteVersions(ctx context.Context, bucket string, doomed []types.ObjectIdentifier) error {
	for attempt := range deleteAttempts {
		out, err := d.clients.S3.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &bucket, Delete: &types.Delete{Objects: doomed, Quiet: aws.Bool(true)}, ExpectedBucketOwner: d.owner(),
		})
		if err != nil && !throttled(err) {
			return wrap(err, bucket, "emptying it")
		}
		if err == nil {
			if doomed, err = retriable(bucket, out.Errors); len(doomed) == 0 || err != nil {
				return err
			}
		}
		if err := clock.Sleep(ctx, d.settings.Clock, d.backoff(attempt)); err != nil {
			return err
		}
	}
	return problem.New(problem.Failed, "%s: S3 is too busy to delete %s", bucket, counted(len(doomed), "object version")).
		WithHint("try again in a minute; what was deleted so far is gone")
}

// retriable gives the objects that S3 was too busy for. Any other failure is an
// error that names the object.
func retriable(bucket string, errs []types.Error) ([]types.ObjectIdentifier, error) {
	var again []types.ObjectIdentifier
	for _, e := range errs {
		switch aws.ToString(e.Code) {
		case "SlowDown", "InternalError", "ServiceUnavailable":
			again = append(again, types.ObjectIdentifier{Key: e.Key, VersionId: e.VersionId})
		default:
			return nil, problem.New(problem.Failed, "%s: %s could not be deleted: %s", bucket, aws.ToString(e.Key), tidy(aws.ToString(e.Message))).
				WithHint("see to that object, then run destroy again")
		}
	}
	return again, nil
}
