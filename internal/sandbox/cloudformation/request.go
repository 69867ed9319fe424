package cloudformation

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// request is what CreateStack, UpdateStack and CreateChangeSet have in common.
type request struct {
	Body, URL        *string
	UsePrevious      *bool
	Parameters       []types.Parameter
	Tags             []types.Tag
	Capabilities     []types.Capability
	NotificationARNs []string
	RoleARN          *string
	Monitoring       *types.RollbackConfiguration
}

// inlineLimit is CloudFormation's limit on a template in a request, urlLimit that
// on one in S3, in bytes.
const (
	inlineLimit = 51_200
	urlLimit    = 1_048_576
)

// body fetches the template of a request.
func (s *Service) body(ctx context.Context, inline, address *string, previous *Definition, usePrevious *bool) (string, error) {
	switch {
	case value(usePrevious) && previous != nil:
		return previous.Template, nil
	case value(usePrevious):
		return "", invalid("usePreviousTemplate cannot be used when creating a stack")
	case inline != nil && address != nil:
		return "", invalid("Only one of TemplateBody or TemplateUrl may be specified.")
	case inline != nil && len(*inline) > inlineLimit:
		return "", constraint(*inline, "templateBody", "Member must have length less than or equal to 51200")
	case inline != nil && *inline != "":
		return *inline, nil
	case address != nil:
		return s.download(ctx, *address)
	}
	return "", invalid("Either Template URL or Template Body must be specified.")
}

func (s *Service) download(ctx context.Context, address string) (string, error) {
	bucket, key, ok := s.objectAt(address)
	if !ok {
		return "", invalid("TemplateURL must be a supported URL.")
	}
	if s.lookups.Object == nil {
		return "", invalid("S3 error: Access Denied")
	}
	body, err := s.lookups.Object(ctx, bucket, key)
	if err != nil {
		return "", invalid("S3 error: %v\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html", err)
	}
	if len(body) > urlLimit {
		return "", invalid("Template may not exceed 1000000 bytes in size.")
	}
	return string(body), nil
}

// objectAt reads the bucket and key of an S3 URL, path style or virtual host, at
// AWS or at the sandbox's own endpoint.
func (s *Service) objectAt(address string) (bucket, key string, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", "", false
	}
	path := strings.TrimPrefix(u.Path, "/")
	host := u.Hostname()
	own, _ := url.Parse(s.host.Endpoint)
	if own != nil && u.Host == own.Host || host == "s3.amazonaws.com" || strings.HasPrefix(host, "s3.") || strings.HasPrefix(host, "s3-") {
		bucket, key, ok = strings.Cut(path, "/")
		return bucket, key, ok && key != ""
	}
	for _, mark := range []string{".s3.", ".s3-", ".localhost"} {
		if bucket, _, ok = strings.Cut(host, mark); ok {
			return bucket, path, path != ""
		}
	}
	bucket, ok = strings.CutSuffix(host, ".localhost")
	return bucket, path, ok && path != ""
}

// define turns a request into a checked definition. previous is what the stack
// has now, nil for a new one.
func (s *Service) define(ctx context.Context, q request, previous *Definition, st Stack) (*Definition, error) {
	body, err := s.body(ctx, q.Body, q.URL, previous, q.UsePrevious)
	if err != nil {
		return nil, err
	}
	t, err := template.Parse(body)
	if err == nil {
		err = t.Validate(func(name string) bool { _, ok := s.types[name]; return ok })
	}
	if err != nil {
		return nil, refusal(err)
	}
	if err := checkCapabilities(t, q.Capabilities); err != nil {
		return nil, err
	}
	d := &Definition{
		Template: body, Description: t.Description, Tags: q.Tags, Capabilities: q.Capabilities, NotificationARNs: q.NotificationARNs,
		RoleARN: q.RoleARN, Monitoring: q.Monitoring,
	}
	if q.Tags == nil && previous != nil {
		d.Tags = previous.Tags
	}
	if d.Parameters, err = s.parameters(ctx, t, q.Parameters, previous); err != nil {
		return nil, err
	}
	if err := checkTags(d.Tags); err != nil {
		return nil, err
	}
	b, err := s.blueprint(st, d)
	if err == nil {
		err = b.CheckRules()
	}
	return d, refusal(err)
}

// refusal makes the ValidationError of a template's error.
func refusal(err error) error {
	if err == nil {
		return nil
	}
	return invalid("%s", err.Error())
}

func checkCapabilities(t *template.Template, given []types.Capability) error {
	needed, _ := t.Capability()
	if needed == "" || slices.Contains(given, types.Capability(needed)) || slices.Contains(given, types.CapabilityCapabilityNamedIam) {
		return nil
	}
	return &types.InsufficientCapabilitiesException{Message: new("Requires capabilities : [" + needed + "]")}
}

func checkTags(tags []types.Tag) error {
	seen := map[string]bool{}
	for _, tag := range tags {
		key := value(tag.Key)
		switch {
		case key == "" || tag.Value == nil:
			return invalid("Tag keys and values must be given")
		case strings.HasPrefix(key, "aws:"):
			return invalid("Tag keys cannot start with aws: prefix")
		case seen[key]:
			return invalid("Duplicate tag keys found: %s", key)
		}
		seen[key] = true
	}
	return nil
}

// parameters gives every parameter of the template its value, in the order of the
// names.
func (s *Service) parameters(ctx context.Context, t *template.Template, given []types.Parameter, previous *Definition) ([]Value, error) {
	chosen, err := choose(t, given, previous)
	if err != nil {
		return nil, err
	}
	var values []Value
	var valueless, missing []string
	for _, name := range sortedKeys(t.Parameters) {
		p := t.Parameters[name]
		text, ok := chosen[name]
		if !ok && p.Default == nil {
			valueless = append(valueless, name)
			continue
		}
		if !ok {
			text = *p.Default
		}
		v := Value{Key: name, Value: text, NoEcho: p.NoEcho}
		if err := p.Check(name, text); err != nil {
			return nil, refusal(err)
		}
		if _, isSSM := p.SSMValueType(); isSSM {
			stored, found := s.stored(ctx, text)
			if !found {
				missing = append(missing, text)
			}
			v.Resolved = &stored
		}
		values = append(values, v)
	}
	if len(valueless) > 0 {
		return nil, invalid("Parameters: [%s] must have values", joined(valueless))
	}
	if len(missing) > 0 {
		return nil, invalid("Unable to fetch parameters [%s] from parameter store for this account.", strings.Join(missing, ","))
	}
	return values, nil
}

// stored looks a Parameter Store parameter up, "name" or "name:version".
func (s *Service) stored(ctx context.Context, text string) (string, bool) {
	if s.lookups.Parameter == nil {
		return "", false
	}
	name, version := text, int64(0)
	if i := strings.LastIndexByte(text, ':'); i > 0 {
		if n, err := strconv.ParseInt(text[i+1:], 10, 64); err == nil {
			name, version = text[:i], n
		}
	}
	return s.lookups.Parameter(ctx, name, version)
}

// choose gives the values that the request gives, the previous ones it asks for
// included.
func choose(t *template.Template, given []types.Parameter, previous *Definition) (map[string]string, error) {
	before := map[string]string{}
	if previous != nil {
		for _, v := range previous.Parameters {
			before[v.Key] = v.Value
		}
	}
	chosen := map[string]string{}
	var unknown []string
	for _, p := range given {
		key := value(p.ParameterKey)
		old, had := before[key]
		if _, ok := t.Parameters[key]; !ok {
			unknown = append(unknown, key)
			continue
		}
		switch {
		case !value(p.UsePreviousValue):
			chosen[key] = value(p.ParameterValue)
		case p.ParameterValue != nil && *p.ParameterValue != "":
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true and non empty value for a parameter", key)
		case !had:
			return nil, invalid("Invalid input for parameter key %s. Cannot specify usePreviousValue as true for a parameter key not in the previous template", key)
		default:
			chosen[key] = old
		}
	}
	if len(unknown) > 0 {
		return nil, invalid("Parameters: [%s] do not exist in the template", joined(unknown))
	}
	return chosen, nil
}
