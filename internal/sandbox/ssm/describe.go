package ssm

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/keyvex/keyvex/internal/sandbox/page"
)

// DescribeParameters lists parameters without their values.
func (s *Service) DescribeParameters(_ context.Context, in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	filters := in.ParameterFilters
	for _, old := range in.Filters {
		filters = append(filters, types.ParameterStringFilter{Key: aws.String(string(old.Key)), Values: old.Values})
	}
	keep, err := compileFilters(filters, "Name", "Path", "Type", "KeyId", "Tier", "DataType", "Label")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []types.ParameterMetadata{}
	for _, p := range s.parameters.All() {
		if keep(p) {
			found = append(found, s.metadata(p))
		}
	}
	found, next, err := cut(found, func(p types.ParameterMetadata) string { return *p.Name }, in.MaxResults, in.NextToken, 50)
	return &ssm.DescribeParametersOutput{Parameters: found, NextToken: next}, err
}

func (s *Service) metadata(p parameter) types.ParameterMetadata {
	v := p.current()
	return types.ParameterMetadata{
		ARN: aws.String(s.arn(p.Name)), AllowedPattern: v.AllowedPattern, DataType: &v.DataType, Description: v.Description, KeyId: v.KeyID,
		LastModifiedDate: &v.Modified, LastModifiedUser: aws.String(s.user()), Name: &p.Name, Policies: []types.ParameterInlinePolicy{},
		Tier: types.ParameterTier(v.Tier), Type: types.ParameterType(v.Type), Version: v.Number,
	}
}

// cut gives one page; most is the largest and the usual size of one.
func cut[T any](items []T, key func(T) string, size *int32, token *string, most int32) ([]T, *string, error) {
	n := most
	if size != nil {
		n = *size
	}
	if n < 1 || n > most {
		bound := fmt.Sprintf("less than or equal to %d", most)
		if n < 1 {
			bound = "greater than or equal to 1"
		}
		return nil, nil, constraint(fmt.Sprint(n), "maxResults", "Member must have value "+bound)
	}
	some, next, ok := page.Of(items, key, aws.ToString(token), int(n))
	if !ok {
		return nil, nil, &types.InvalidNextToken{Message: aws.String("The specified token isn't valid.")}
	}
	if next == "" {
		return append([]T{}, some...), nil, nil
	}
	return some, &next, nil
}

// compileFilters turns filters of the allowed keys, or of tags, into one test
// that all of them pass.
func compileFilters(filters []types.ParameterStringFilter, allowed ...string) (func(parameter) bool, error) {
	var tests []func(parameter) bool
	for _, f := range filters {
		test, err := compileFilter(f, allowed)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	return func(p parameter) bool {
		return !slices.ContainsFunc(tests, func(test func(parameter) bool) bool { return !test(p) })
	}, nil
}

func compileFilter(f types.ParameterStringFilter, allowed []string) (func(parameter) bool, error) {
	key, option := aws.ToString(f.Key), aws.ToString(f.Option)
	tag, isTag := strings.CutPrefix(key, "tag:")
	switch {
	case !isTag && !slices.Contains(allowed, key):
		return nil, &types.InvalidFilterKey{Message: aws.String(fmt.Sprintf(
			"The following filter key is not valid: %s. Valid filter keys include: [%s].", key, strings.Join(allowed, ", ")))}
	case key == "Path":
		return pathFilter(f.Values, option)
	case isTag:
		return func(p parameter) bool {
			v, ok := p.Tags[tag]
			return ok && (len(f.Values) == 0 || slices.Contains(f.Values, v))
		}, nil
	}
	match, err := matcher(key, option)
	if err != nil {
		return nil, err
	}
	return func(p parameter) bool {
		return slices.ContainsFunc(p.property(key), func(have string) bool {
			return slices.ContainsFunc(f.Values, func(wanted string) bool { return match(have, wanted) })
		})
	}, nil
}

func pathFilter(paths []string, option string) (func(parameter) bool, error) {
	if option != "" && option != "OneLevel" && option != "Recursive" {
		return nil, invalidOption("Path", option, "Recursive, OneLevel")
	}
	return func(p parameter) bool {
		return slices.ContainsFunc(paths, func(path string) bool { return below(p.Name, path, option == "Recursive") })
	}, nil
}

// matcher is the comparison that a filter's option names.
func matcher(key, option string) (func(have, wanted string) bool, error) {
	switch {
	case option == "" || option == "Equals":
		return func(have, wanted string) bool { return have == wanted }, nil
	case option == "BeginsWith":
		return strings.HasPrefix, nil
	case option == "Contains" && key == "Name":
		return strings.Contains, nil
	}
	return nil, invalidOption(key, option, "BeginsWith, Equals")
}

func invalidOption(key, option, valid string) error {
	return &types.InvalidFilterOption{Message: aws.String(fmt.Sprintf(
		"The following filter option is not valid for filter %s: %s. Valid options include: [%s].", key, option, valid))}
}

// property gives the values by which a filter's key knows a parameter.
func (p parameter) property(key string) []string {
	v := p.current()
	switch key {
	case "Name":
		return []string{p.Name, strings.TrimPrefix(p.Name, "/")}
	case "Type":
		return []string{v.Type}
	case "KeyId":
		return []string{aws.ToString(v.KeyID)}
	case "Tier":
		return []string{v.Tier}
	case "DataType":
		return []string{v.DataType}
	}
	var labels []string
	for _, v := range p.Versions {
		labels = append(labels, v.Labels...)
	}
	return labels
}
