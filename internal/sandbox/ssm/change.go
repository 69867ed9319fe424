package ssm

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// DeleteParameter removes a parameter with its history.
func (s *Service) DeleteParameter(_ context.Context, in *ssm.DeleteParameterInput) (*ssm.DeleteParameterOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.find(aws.ToString(in.Name))
	if !ok {
		return nil, notFound(aws.ToString(in.Name))
	}
	s.parameters.Delete(p.Name)
	return &ssm.DeleteParameterOutput{}, nil
}

// DeleteParameters removes up to ten parameters and says which there were.
func (s *Service) DeleteParameters(_ context.Context, in *ssm.DeleteParametersInput) (*ssm.DeleteParametersOutput, error) {
	if err := checkNames(in.Names); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &ssm.DeleteParametersOutput{DeletedParameters: []string{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		p, ok := s.find(name)
		if !ok {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		s.parameters.Delete(p.Name)
		out.DeletedParameters = append(out.DeletedParameters, name)
	}
	return out, nil
}

var labelForm = lazy.Regexp(`^[a-zA-Z_.-][a-zA-Z0-9_.-]{0,99}$`)

// maxLabels is how many labels a version can have.
const maxLabels = 10

// LabelParameterVersion attaches labels to a version, the newest unless told
// otherwise, and takes them from any other version of the parameter.
func (s *Service) LabelParameterVersion(_ context.Context, in *ssm.LabelParameterVersionInput) (*ssm.LabelParameterVersionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wanted := aws.ToString(in.Name)
	p, ok := s.find(wanted)
	if !ok {
		return nil, notFound(wanted)
	}
	out := &ssm.LabelParameterVersionOutput{InvalidLabels: []string{}, ParameterVersion: p.current().Number}
	if in.ParameterVersion != nil {
		out.ParameterVersion = *in.ParameterVersion
	}
	var labels []string
	for _, label := range in.Labels {
		lower := strings.ToLower(label)
		if !labelForm().MatchString(label) || strings.HasPrefix(lower, "aws") || strings.HasPrefix(lower, "ssm") {
			out.InvalidLabels = append(out.InvalidLabels, label)
			continue
		}
		labels = append(labels, label)
	}
	versions, err := label(p.Versions, out.ParameterVersion, labels)
	if err != nil {
		return nil, err
	}
	p.Versions = versions
	s.parameters.Set(p.Name, p)
	return out, nil
}

// label gives the versions with the labels on that number and no other.
func label(versions []version, number int64, labels []string) ([]version, error) {
	out, found := slices.Clone(versions), false
	for i := range out {
		v := &out[i]
		v.Labels = slices.DeleteFunc(slices.Clone(v.Labels), func(have string) bool { return slices.Contains(labels, have) })
		if v.Number != number {
			continue
		}
		found = true
		v.Labels = append(v.Labels, labels...)
		if len(v.Labels) > maxLabels {
			return nil, &types.ParameterVersionLabelLimitExceeded{Message: aws.String(
				"A parameter version can have a maximum of 10 labels. Move one or more labels to another version and try again.")}
		}
	}
	if !found {
		return nil, &types.ParameterVersionNotFound{Message: aws.String("The specified parameter version wasn't found. Verify the parameter name and version, and try again.")}
	}
	return out, nil
}

// AddTagsToResource tags a parameter.
func (s *Service) AddTagsToResource(_ context.Context, in *ssm.AddTagsToResourceInput) (*ssm.AddTagsToResourceOutput, error) {
	return &ssm.AddTagsToResourceOutput{}, s.retag(in.ResourceType, in.ResourceId, func(tags map[string]string) {
		maps.Copy(tags, tagMap(in.Tags))
	})
}

// RemoveTagsFromResource takes tags from a parameter.
func (s *Service) RemoveTagsFromResource(_ context.Context, in *ssm.RemoveTagsFromResourceInput) (*ssm.RemoveTagsFromResourceOutput, error) {
	return &ssm.RemoveTagsFromResourceOutput{}, s.retag(in.ResourceType, in.ResourceId, func(tags map[string]string) {
		for _, key := range in.TagKeys {
			delete(tags, key)
		}
	})
}

// ListTagsForResource lists a parameter's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *ssm.ListTagsForResourceInput) (*ssm.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.tagged(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	out := &ssm.ListTagsForResourceOutput{TagList: []types.Tag{}}
	for _, key := range slices.Sorted(maps.Keys(p.Tags)) {
		out.TagList = append(out.TagList, types.Tag{Key: &key, Value: aws.String(p.Tags[key])})
	}
	return out, nil
}

func (s *Service) tagged(kind types.ResourceTypeForTagging, id *string) (parameter, error) {
	if kind != types.ResourceTypeForTaggingParameter {
		return parameter{}, &types.InvalidResourceType{Message: aws.String("The resource type is not valid: " + string(kind))}
	}
	p, ok := s.find(aws.ToString(id))
	if !ok {
		return p, &types.InvalidResourceId{Message: aws.String("The resource ID is not valid. Verify that you entered the correct ID and try again.")}
	}
	return p, nil
}

func (s *Service) retag(kind types.ResourceTypeForTagging, id *string, change func(map[string]string)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.tagged(kind, id)
	if err != nil {
		return err
	}
	tags := maps.Clone(p.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	change(tags)
	if len(tags) > 50 {
		return &types.TooManyTagsError{Message: aws.String("The number of tags exceeds the limit of 50.")}
	}
	p.Tags = tags
	s.parameters.Set(p.Name, p)
	return nil
}

func tagMap(tags []types.Tag) map[string]string {
	m := make(map[string]string, len(tags))
	for _, tag := range tags {
		m[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return m
}
