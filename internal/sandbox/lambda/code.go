package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// load reads a deployment package from where the caller says, and gives what a
// configuration says of it.
func (s *Service) load(ctx context.Context, code *types.FunctionCode) (location, contents, error) {
	if code == nil {
		return location{}, contents{}, invalid("Please provide a source for function code.")
	}
	from, raw := location{}, code.ZipFile
	if raw == nil {
		from = location{Bucket: aws.ToString(code.S3Bucket), Key: aws.ToString(code.S3Key), Version: aws.ToString(code.S3ObjectVersion)}
		if from.Bucket == "" || from.Key == "" {
			return location{}, contents{}, invalid("Please provide a source for function code.")
		}
		var err error
		if raw, err = s.siblings.Objects.Object(ctx, from.Bucket, from.Key, from.Version); err != nil {
			return location{}, contents{}, objectError(err)
		}
	}
	archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return location{}, contents{}, invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	from.Program = program(archive)
	sum := sha256.Sum256(raw)
	return from, contents{hash: base64.StdEncoding.EncodeToString(sum[:]), size: int64(len(raw))}, nil
}

// contents is what a configuration says of a deployment package: the base64 of its
// SHA-256, and its size in bytes.
type contents struct {
	hash string
	size int64
}

func (c contents) describe(onto *types.FunctionConfiguration) {
	onto.CodeSha256, onto.CodeSize = &c.hash, c.size
}

// objectError words a failure to read from S3 as Lambda does.
func objectError(err error) error {
	api, ok := errors.AsType[interface {
		error
		ErrorCode() string
		ErrorMessage() string
	}](err)
	if !ok {
		return err
	}
	return invalid("Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s", api.ErrorCode(), api.ErrorMessage())
}

// UpdateFunctionCode replaces the deployment package, or with DryRun only checks it.
func (s *Service) UpdateFunctionCode(ctx context.Context, in *lambda.UpdateFunctionCodeInput) (*lambda.UpdateFunctionCodeOutput, error) {
	from, read, err := s.load(ctx, &types.FunctionCode{
		S3Bucket: in.S3Bucket, S3Key: in.S3Key, S3ObjectVersion: in.S3ObjectVersion, ZipFile: in.ZipFile,
	})
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := f.checkRevision(in.RevisionId); err != nil {
		return nil, err
	}
	f.Code = from
	read.describe(&f.Latest)
	if len(in.Architectures) > 0 {
		f.Latest.Architectures = in.Architectures
	}
	s.stamp(&f.Latest)
	shown := f.Latest
	if in.Publish {
		shown = s.publish(&f, nil)
	}
	if !in.DryRun {
		s.keep(f)
		s.fleet.Retire(f.name())
	}
	shown.LastUpdateStatus = types.LastUpdateStatusInProgress
	return answer[lambda.UpdateFunctionCodeOutput](shown), nil
}

// checkRevision refuses a change by a caller who has not seen the latest one.
func (f function) checkRevision(seen *string) error {
	if seen == nil || *seen == aws.ToString(f.Latest.RevisionId) {
		return nil
	}
	return &types.PreconditionFailedException{Type: new("User"), Message: new(
		"The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id")}
}
