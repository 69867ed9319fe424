package ssm

import (
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func newService() *Service {
	return New(&host.Host{Account: "000000000000", Region: "eu-west-1", Clock: clock.Wall{}, Random: rand.Reader, State: state.Memory()})
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return e.Code
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

func put(t *testing.T, s *Service, name, value string) {
	t.Helper()
	if _, err := s.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeString, Overwrite: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
}

func TestPutWithoutOverwriteCreatesOnce(t *testing.T) {
	s := newService()
	in := &ssm.PutParameterInput{Name: aws.String("/lock"), Value: aws.String("me"), Type: types.ParameterTypeString}
	if out, err := s.PutParameter(t.Context(), in); err != nil || out.Version != 1 || out.Tier != types.ParameterTierStandard {
		t.Fatal(out, err)
	}
	if _, err := s.PutParameter(t.Context(), in); codeOf(err) != "ParameterAlreadyExists" {
		t.Error(err)
	}
	got, err := s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/lock")})
	if err != nil || *got.Parameter.Value != "me" || *got.Parameter.ARN != "arn:aws:ssm:eu-west-1:000000000000:parameter/lock" {
		t.Error(got, err)
	}
	if _, err := s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: got.Parameter.ARN}); err != nil {
		t.Error("by ARN:", err)
	}
}

func TestRefusedParameters(t *testing.T) {
	s := newService()
	put(t, s, "/taken", "x")
	for want, in := range map[string]*ssm.PutParameterInput{
		"ValidationException type":             {Name: aws.String("/a"), Value: aws.String("v")},
		"ValidationException empty":            {Name: aws.String("/a"), Value: aws.String(""), Type: "String"},
		"ValidationException qualified":        {Name: aws.String("a/b"), Value: aws.String("v"), Type: "String"},
		"ValidationException form":             {Name: aws.String("/a b"), Value: aws.String("v"), Type: "String"},
		"ValidationException ssm":              {Name: aws.String("/ssmx"), Value: aws.String("v"), Type: "String"},
		"AccessDeniedException aws":            {Name: aws.String("/aws/x"), Value: aws.String("v"), Type: "String"},
		"ValidationException long":             {Name: aws.String("/a"), Value: aws.String(strings.Repeat("x", 4097)), Type: "String"},
		"ValidationException tags":             {Name: aws.String("/taken"), Value: aws.String("v"), Overwrite: aws.Bool(true), Tags: []types.Tag{{Key: aws.String("k")}}},
		"HierarchyTypeMismatchException":       {Name: aws.String("/taken"), Value: aws.String("v"), Overwrite: aws.Bool(true), Type: "SecureString"},
		"ParameterPatternMismatchException":    {Name: aws.String("/a"), Value: aws.String("v"), Type: "String", AllowedPattern: aws.String(`^\d+$`)},
		"InvalidAllowedPatternException":       {Name: aws.String("/a"), Value: aws.String("v"), Type: "String", AllowedPattern: aws.String(`(`)},
		"HierarchyLevelLimitExceededException": {Name: aws.String(strings.Repeat("/a", 16)), Value: aws.String("v"), Type: "String"},
	} {
		code, _, _ := strings.Cut(want, " ")
		if _, err := s.PutParameter(t.Context(), in); codeOf(err) != code {
			t.Errorf("%s: %v", want, err)
		}
	}
	if s.parameters.Len() != 1 {
		t.Errorf("%d parameters", s.parameters.Len())
	}
}

func TestHistoryLabelsAndSelectors(t *testing.T) {
	s := newService()
	for i := range 103 {
		put(t, s, "/p", fmt.Sprint("v", i+1))
	}
	value := func(name string) string {
		out, err := s.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name})
		if err != nil {
			return codeOf(err)
		}
		return *out.Parameter.Value + aws.ToString(out.Parameter.Selector)
	}
	if _, err := s.LabelParameterVersion(t.Context(), &ssm.LabelParameterVersionInput{Name: aws.String("/p"), ParameterVersion: aws.Int64(4), Labels: []string{"good", "1bad"}}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"/p": "v103", "/p:50": "v50:50", "/p:good": "v4:good", "/p:3": "ParameterVersionNotFound", "/q": "ParameterNotFound", "/p:1bad": "ParameterVersionNotFound",
	} {
		if got := value(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if _, err := s.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/p"), Value: aws.String("x"), Overwrite: aws.Bool(true)}); codeOf(err) != "ParameterMaxVersionLimitExceeded" {
		t.Errorf("a labelled version was dropped: %v", err)
	}
	page, err := s.GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: aws.String("/p")})
	if err != nil || len(page.Parameters) != 50 || page.Parameters[0].Version != 4 || page.NextToken == nil {
		t.Fatalf("first page: %d, %v", len(page.Parameters), err)
	}
	page, err = s.GetParameterHistory(t.Context(), &ssm.GetParameterHistoryInput{Name: aws.String("/p"), NextToken: page.NextToken})
	if err != nil || len(page.Parameters) != 50 || page.Parameters[49].Version != 103 || page.NextToken != nil {
		t.Fatalf("second page: %d, %v", len(page.Parameters), err)
	}
}

func TestSecureStringShowsItsValueOnlyDecrypted(t *testing.T) {
	s := newService()
	if _, err := s.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("s"), Value: aws.String("hush"), Type: types.ParameterTypeSecureString}); err != nil {
		t.Fatal(err)
	}
	read := func(decrypt bool) string {
		out, err := s.GetParameters(t.Context(), &ssm.GetParametersInput{Names: []string{"s", "none"}, WithDecryption: &decrypt})
		if err != nil || !slices.Equal(out.InvalidParameters, []string{"none"}) {
			t.Fatal(out, err)
		}
		return *out.Parameters[0].Value
	}
	if read(true) != "hush" || strings.Contains(read(false), "hush") {
		t.Errorf("%s, %s", read(true), read(false))
	}
}

func TestByPathAndByFilter(t *testing.T) {
	s := newService()
	for i := range 12 {
		put(t, s, fmt.Sprintf("/kv/dev/%02d", i), "x")
	}
	put(t, s, "/kv/dev/deep/er", "x")
	put(t, s, "/kv/development", "x")
	put(t, s, "plain", "x")
	var names []string
	pages := ssm.GetParametersByPathInput{Path: aws.String("/kv/dev"), Recursive: aws.Bool(true)}
	for {
		out, err := s.GetParametersByPath(t.Context(), &pages)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.Parameters {
			names = append(names, *p.Name)
		}
		if pages.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
	}
	if len(names) != 13 || names[12] != "/kv/dev/deep/er" {
		t.Errorf("recursively %v", names)
	}
	count := func(key, option, value string) string {
		out, err := s.DescribeParameters(t.Context(), &ssm.DescribeParametersInput{ParameterFilters: []types.ParameterStringFilter{{Key: &key, Option: &option, Values: []string{value}}}})
		if err != nil {
			return codeOf(err)
		}
		return fmt.Sprint(len(out.Parameters))
	}
	for filter, want := range map[[3]string]string{
		{"Name", "BeginsWith", "/kv/dev/0"}: "10", {"Name", "Contains", "dev"}: "14", {"Name", "", "plain"}: "1",
		{"Path", "OneLevel", "/kv"}: "1", {"Path", "Recursive", "/kv"}: "14", {"Type", "Equals", "StringList"}: "0",
		{"Colour", "", "x"}: "InvalidFilterKey", {"Type", "Near", "x"}: "InvalidFilterOption", {"tag:a", "", "b"}: "0",
	} {
		if got := count(filter[0], filter[1], filter[2]); got != want {
			t.Errorf("%v finds %s, want %s", filter, got, want)
		}
	}
	if _, err := s.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("kv")}); codeOf(err) != "ValidationException" {
		t.Error(err)
	}
	if _, err := s.GetParametersByPath(t.Context(), &ssm.GetParametersByPathInput{Path: aws.String("/"), MaxResults: aws.Int32(11)}); codeOf(err) != "ValidationException" {
		t.Error(err)
	}
}

func TestTheResourceLivesAndDies(t *testing.T) {
	s := newService()
	kind := s.Resources()[0]
	r := resource.Request{StackName: "Stack", LogicalID: "P", Token: "t", Tags: map[string]string{"aws:cloudformation:stack-name": "Stack"},
		Properties: map[string]any{"Name": "/p", "Type": "String", "Value": "1", "Tags": map[string]any{"a": "b"}}}
	result, err := kind.Create(t.Context(), r)
	if err != nil || result.PhysicalID != "/p" || result.Attributes["Value"] != "1" {
		t.Fatal(result, err)
	}
	if _, err := kind.Create(t.Context(), r); err.(*resource.Error).Code != "AlreadyExists" {
		t.Error(err)
	}
	r.PhysicalID = "/p"
	r.Properties["Value"] = "2"
	if _, err := kind.Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	tags, _ := s.ListTagsForResource(t.Context(), &ssm.ListTagsForResourceInput{ResourceId: aws.String("/p"), ResourceType: types.ResourceTypeForTaggingParameter})
	if live, ok, _ := kind.Read(t.Context(), "/p"); !ok || live["Value"] != "2" || len(tags.TagList) != 2 {
		t.Error(live, tags)
	}
	for range 2 {
		if err := kind.Delete(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, _ := kind.Read(t.Context(), "/p"); ok {
		t.Error("still there")
	}
	r.Properties = map[string]any{"Name": "/p", "Type": "String", "Value": "1", "Colour": "red"}
	if _, err := kind.Create(t.Context(), r); err == nil || !strings.Contains(err.Error(), "Colour") {
		t.Errorf("unknown property: %v", err)
	}
}
