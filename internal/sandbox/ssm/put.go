package ssm

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// historyLength is how many versions Parameter Store keeps of a parameter.
const historyLength = 100

// PutParameter creates a parameter or, with Overwrite, adds a version.
func (s *Service) PutParameter(_ context.Context, in *ssm.PutParameterInput) (*ssm.PutParameterOutput, error) {
	if err := checkName(aws.ToString(in.Name)); err != nil {
		return nil, err
	}
	if aws.ToBool(in.Overwrite) && len(in.Tags) > 0 {
		return nil, invalid("Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. " +
			"To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	name := s.nameOf(*in.Name)
	old, exists := s.parameters.Get(name)
	if exists && !aws.ToBool(in.Overwrite) {
		return nil, &types.ParameterAlreadyExists{Message: aws.String(
			"The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")}
	}
	next, err := s.nextVersion(old, exists, in)
	if err != nil {
		return nil, err
	}
	p := parameter{Name: name, Tags: old.Tags, Versions: append(slices.Clone(old.Versions), next)}
	if !exists {
		p.Tags = tagMap(in.Tags)
	}
	if p.Versions, err = withinHistory(name, p.Versions); err != nil {
		return nil, err
	}
	s.parameters.Set(name, p)
	return &ssm.PutParameterOutput{Tier: types.ParameterTier(next.Tier), Version: next.Number}, nil
}

// nextVersion is the version that the request makes, checked.
func (s *Service) nextVersion(old parameter, exists bool, in *ssm.PutParameterInput) (version, error) {
	v := version{
		Number:         1,
		Value:          aws.ToString(in.Value),
		Type:           string(in.Type),
		Tier:           string(in.Tier),
		DataType:       cmp.Or(aws.ToString(in.DataType), "text"),
		Modified:       s.host.Clock.Now().UTC(),
		Description:    in.Description,
		AllowedPattern: in.AllowedPattern,
		KeyID:          in.KeyId,
		Policies:       in.Policies,
	}
	if exists {
		if err := v.follow(old.current()); err != nil {
			return v, err
		}
	}
	if v.Type == "" {
		return v, invalid("A parameter type is required when you create a parameter.")
	}
	if v.Type == string(types.ParameterTypeSecureString) && v.KeyID == nil {
		v.KeyID = aws.String("alias/aws/ssm")
	}
	return v, v.check()
}

// follow takes from the version before what the request leaves open.
func (v *version) follow(old version) error {
	if v.Type != "" && v.Type != old.Type {
		return &types.HierarchyTypeMismatchException{Message: aws.String(
			"You can't change a parameter type from " + old.Type + " to " + v.Type + ".")}
	}
	v.Type = old.Type
	v.Number = old.Number + 1
	v.Tier = cmp.Or(v.Tier, old.Tier)
	v.Description = cmp.Or(v.Description, old.Description)
	v.AllowedPattern = cmp.Or(v.AllowedPattern, old.AllowedPattern)
	v.KeyID = cmp.Or(v.KeyID, old.KeyID)
	return nil
}

// check holds the value against type, tier and pattern, and settles the tier.
func (v *version) check() error {
	known := types.ParameterType("").Values()
	if !slices.Contains(known, types.ParameterType(v.Type)) {
		return constraint(v.Type, "type", "Member must satisfy enum value set: [SecureString, StringList, String]")
	}
	if v.Value == "" {
		return constraint("", "value", "Member must have length greater than or equal to 1")
	}
	if err := v.settleTier(); err != nil {
		return err
	}
	pattern := aws.ToString(v.AllowedPattern)
	if pattern == "" {
		return nil
	}
	allowed, err := regexp.Compile(pattern)
	if err != nil {
		return &types.InvalidAllowedPatternException{Message: aws.String("The request does not meet the regular expression requirement: " + pattern)}
	}
	if !allowed.MatchString(v.Value) {
		return &types.ParameterPatternMismatchException{Message: aws.String(
			"Parameter value, cannot be validated against allowedPattern: " + pattern)}
	}
	return nil
}

// settleTier holds the value against its tier's limit in bytes.
func (v *version) settleTier() error {
	const standard, advanced = 4096, 8192
	if v.Tier == string(types.ParameterTierIntelligentTiering) || v.Tier == "" {
		wished := v.Tier
		v.Tier = string(types.ParameterTierStandard)
		if wished != "" && len(v.Value) > standard {
			v.Tier = string(types.ParameterTierAdvanced)
		}
	}
	if v.Tier == string(types.ParameterTierStandard) && len(v.Value) > standard {
		return invalid("Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, " +
			"upgrade the parameter to use the advanced-parameter tier. For more information, see " +
			"https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html")
	}
	if len(v.Value) > advanced {
		return invalid("Advanced tier parameters support a maximum parameter value of 8192 characters.")
	}
	return nil
}

// withinHistory drops the oldest version beyond the limit, unless a label holds it.
func withinHistory(name string, versions []version) ([]version, error) {
	if len(versions) <= historyLength {
		return versions, nil
	}
	if oldest := versions[0]; len(oldest.Labels) > 0 {
		return nil, &types.ParameterMaxVersionLimitExceeded{Message: aws.String(fmt.Sprintf(
			"You attempted to create a new version of %s by calling the PutParameter API with the overwrite flag. "+
				"Version %d, the oldest version, can't be deleted because it has a label associated with it. "+
				"Move the label to another version of the parameter, and try again.", name, oldest.Number))}
	}
	return versions[1:], nil
}
