package lambda

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// PublishVersion freezes the function as it is. Without a change since the last
// version it gives that one.
func (s *Service) PublishVersion(_ context.Context, in *lambda.PublishVersionInput) (*lambda.PublishVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	if err := f.checkRevision(in.RevisionId); err != nil {
		return nil, err
	}
	if is := aws.ToString(f.Latest.CodeSha256); in.CodeSha256 != nil && *in.CodeSha256 != is {
		return nil, invalid("CodeSHA256 (%s) is different from current CodeSHA256 in $LATEST (%s). Please try again with the CodeSHA256 in $LATEST.",
			*in.CodeSha256, is)
	}
	v := s.publish(&f, in.Description)
	s.keep(f)
	return answer[lambda.PublishVersionOutput](v), nil
}

func (s *Service) publish(f *function, description *string) types.FunctionConfiguration {
	number := 1
	if n := len(f.Versions); n > 0 {
		last := f.Versions[n-1]
		if last.From == aws.ToString(f.Latest.RevisionId) {
			return last.FunctionConfiguration
		}
		previous, _ := strconv.Atoi(aws.ToString(last.Version))
		number = previous + 1
	}
	v := published{FunctionConfiguration: f.Latest, Code: f.Code, From: aws.ToString(f.Latest.RevisionId)}
	v.Version, v.FunctionArn = new(strconv.Itoa(number)), new(s.arn(f.name())+":"+strconv.Itoa(number))
	v.Description, v.RevisionId = or(description, v.Description), new(s.uuid())
	f.Versions = append(slices.Clone(f.Versions), v)
	return v.FunctionConfiguration
}

func (f *function) removeVersion(version string) {
	f.Versions = slices.DeleteFunc(slices.Clone(f.Versions), func(v published) bool { return aws.ToString(v.Version) == version })
}

// ListVersionsByFunction lists $LATEST and the versions in the order of their numbers.
func (s *Service) ListVersionsByFunction(_ context.Context, in *lambda.ListVersionsByFunctionInput) (*lambda.ListVersionsByFunctionOutput, error) {
	f, err := s.find(in.FunctionName)
	if err != nil {
		return nil, err
	}
	all := []types.FunctionConfiguration{f.Latest}
	for _, v := range f.Versions {
		all = append(all, v.FunctionConfiguration)
	}
	some, next, err := cut(all, versionOrder, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	return &lambda.ListVersionsByFunctionOutput{Versions: some, NextMarker: next}, nil
}

// versionOrder sorts $LATEST first, and numbers as numbers.
func versionOrder(c types.FunctionConfiguration) string {
	number, err := strconv.Atoi(aws.ToString(c.Version))
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%010d", number)
}
