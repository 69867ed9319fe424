package ssm

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// GetParameter reads one parameter, by name, ARN, "name:version" or "name:label".
func (s *Service) GetParameter(_ context.Context, in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, v, selector, err := s.lookup(aws.ToString(in.Name))
	if err != nil {
		return nil, err
	}
	out := s.parameter(p, v, aws.ToBool(in.WithDecryption))
	if selector != "" {
		out.Selector = &selector
	}
	return &ssm.GetParameterOutput{Parameter: &out}, nil
}

// maxNames is how many names GetParameters and DeleteParameters take.
const maxNames = 10

func checkNames(names []string) error {
	if len(names) == 0 || len(names) > maxNames {
		return constraint("["+strings.Join(names, ", ")+"]", "names", fmt.Sprintf("Member must have length between 1 and %d", maxNames))
	}
	return nil
}

// GetParameters reads up to ten parameters; those that do not exist are listed
// as invalid.
func (s *Service) GetParameters(_ context.Context, in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if err := checkNames(in.Names); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ssm.GetParametersOutput{InvalidParameters: []string{}, Parameters: []types.Parameter{}}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(in.Names))) {
		p, v, selector, err := s.lookup(name)
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		found := s.parameter(p, v, aws.ToBool(in.WithDecryption))
		if selector != "" {
			found.Selector = &selector
		}
		out.Parameters = append(out.Parameters, found)
	}
	return out, nil
}

// GetParametersByPath reads the parameters below a path, one level or all.
func (s *Service) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	path := aws.ToString(in.Path)
	if !strings.HasPrefix(path, "/") || !nameForm().MatchString(path) {
		return nil, invalid(`The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "/". ` +
			`It can't be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: ` +
			`. (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward ` +
			`slash symbol "/". Valid example: /get/parameters2-/by1./path0_.`)
	}
	keep, err := compileFilters(in.ParameterFilters, "Type", "KeyId", "Label")
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []types.Parameter
	for _, p := range s.parameters.All() {
		if below(p.Name, path, aws.ToBool(in.Recursive)) && keep(p) {
			found = append(found, s.parameter(p, p.current(), aws.ToBool(in.WithDecryption)))
		}
	}
	found, next, err := cut(found, func(p types.Parameter) string { return *p.Name }, in.MaxResults, in.NextToken, 10)
	return &ssm.GetParametersByPathOutput{Parameters: found, NextToken: next}, err
}

// below reports whether a name stands below a path, directly or (deep) anywhere.
func below(name, path string, deep bool) bool {
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(path, "/")+"/")
	return ok && (deep || !strings.Contains(rest, "/"))
}

// GetParameterHistory lists the versions that are kept, the oldest first.
func (s *Service) GetParameterHistory(_ context.Context, in *ssm.GetParameterHistoryInput) (*ssm.GetParameterHistoryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.find(aws.ToString(in.Name))
	if !ok {
		return nil, notFound(aws.ToString(in.Name))
	}
	var found []types.ParameterHistory
	for _, v := range p.Versions {
		found = append(found, types.ParameterHistory{
			AllowedPattern: v.AllowedPattern, DataType: &v.DataType, Description: v.Description, KeyId: v.KeyID,
			Labels: append([]string{}, v.Labels...), LastModifiedDate: &v.Modified, LastModifiedUser: aws.String(s.user()), Name: &p.Name,
			Policies: []types.ParameterInlinePolicy{}, Tier: types.ParameterTier(v.Tier), Type: types.ParameterType(v.Type),
			Value: v.shown(aws.ToBool(in.WithDecryption)), Version: v.Number,
		})
	}
	found, next, err := cut(found, func(v types.ParameterHistory) string { return fmt.Sprintf("%020d", v.Version) }, in.MaxResults, in.NextToken, 50)
	return &ssm.GetParameterHistoryOutput{Parameters: found, NextToken: next}, err
}

func (s *Service) parameter(p parameter, v version, decrypt bool) types.Parameter {
	return types.Parameter{
		ARN: aws.String(s.arn(p.Name)), DataType: &v.DataType, LastModifiedDate: &v.Modified, Name: &p.Name,
		Type: types.ParameterType(v.Type), Value: v.shown(decrypt), Version: v.Number,
	}
}

// shown is the value, or something in the form of a ciphertext in the place of a
// SecureString's.
func (v version) shown(decrypt bool) *string {
	if decrypt || v.Type != string(types.ParameterTypeSecureString) {
		return &v.Value
	}
	sum := sha256.Sum256(fmt.Append(nil, v.Number, v.Modified.UnixNano()))
	return aws.String("AQICAH" + base64.StdEncoding.EncodeToString(sum[:]))
}
