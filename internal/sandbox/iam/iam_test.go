package iam_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	service "github.com/keyvex/keyvex/internal/sandbox/iam"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

const reading = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`

func client() *iam.Client {
	return iam.NewFromConfig(oracle.Config(service.New(oracle.Host()).Wire()))
}

func TestPagesOfRolesAreTheWhole(t *testing.T) {
	c := client()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if _, err := c.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: new(trust)}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	pages := iam.NewListRolesPaginator(c, &iam.ListRolesInput{MaxItems: new(int32(2))})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range page.Roles {
			got = append(got, *role.RoleName)
		}
	}
	if strings.Join(got, "") != "abcde" {
		t.Errorf("pages gave %v", got)
	}
}

func TestDocumentsComePercentEncoded(t *testing.T) {
	c := client()
	if _, err := c.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("r"), AssumeRolePolicyDocument: new(trust)}); err != nil {
		t.Fatal(err)
	}
	out, err := c.GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("r")})
	if err != nil {
		t.Fatal(err)
	}
	document := *out.Role.AssumeRolePolicyDocument
	if decoded, err := url.PathUnescape(document); err != nil || decoded != trust || strings.ContainsAny(document, `{" `) {
		t.Errorf("the document came as %s (%v)", document, err)
	}
}

func TestRoleExistsOnlyByItsWholeARN(t *testing.T) {
	s := service.New(oracle.Host())
	out, err := s.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("r"), Path: new("/app/"), AssumeRolePolicyDocument: new(trust)})
	if err != nil {
		t.Fatal(err)
	}
	for arn, want := range map[string]bool{
		*out.Role.Arn:                          true,
		"arn:aws:iam::123456789012:role/app/r": true,
		"arn:aws:iam::123456789012:role/r":     false,
		"arn:aws:iam::999999999999:role/app/r": false,
		"r":                                    false,
	} {
		if got := s.RoleExists(arn); got != want {
			t.Errorf("RoleExists(%q) = %v", arn, got)
		}
	}
}

func TestRolesLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	first := `{"RoleName":"keyvex","AssumeRolePolicyDocument":` + trust + `,"Description":"d",
		"ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
		"Policies":[{"PolicyName":"a","PolicyDocument":` + reading + `}],"Tags":[{"Key":"k","Value":"v"}]}`
	role := stack.Create("AWS::IAM::Role", "Role", first)
	if role.PhysicalID != "keyvex" || role.Attributes["Arn"] != "arn:aws:iam::123456789012:role/keyvex" {
		t.Errorf("became %+v", role)
	}
	if id, _ := role.Attributes["RoleId"].(string); !strings.HasPrefix(id, "AROA") || len(id) != 21 {
		t.Errorf("RoleId is %v", role.Attributes["RoleId"])
	}
	policy := stack.Create("AWS::IAM::Policy", "Policy", `{"PolicyName":"own","Roles":["keyvex"],"PolicyDocument":`+reading+`}`)
	stack.ReadsBack("AWS::IAM::Role", "keyvex", first) // the policy of its own is not the role's
	second := `{"RoleName":"keyvex","AssumeRolePolicyDocument":` + trust + `,"MaxSessionDuration":7200,
		"Policies":[{"PolicyName":"b","PolicyDocument":` + reading + `}]}`
	stack.Update("AWS::IAM::Role", "Role", "keyvex", first, second)
	out, err := s.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: new("keyvex")})
	if err != nil || len(out.AttachedPolicies) != 0 {
		t.Errorf("the dropped managed policy is still attached: %v %v", out, err)
	}
	if err := stack.TryDelete("AWS::IAM::Role", "Role", "keyvex", second); err == nil {
		t.Error("a role was deleted under a policy")
	}
	stack.Delete("AWS::IAM::Policy", "Policy", policy.PhysicalID, `{"PolicyName":"own","Roles":["keyvex"],"PolicyDocument":`+reading+`}`)
	stack.Create("AWS::IAM::Role", "Again", `{"AssumeRolePolicyDocument":`+trust+`}`)
}

func TestManagedPoliciesLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	stack.Create("AWS::IAM::Role", "Role", `{"RoleName":"r","AssumeRolePolicyDocument":`+trust+`}`)
	first := `{"ManagedPolicyName":"m","PolicyDocument":` + reading + `,"Roles":["r"],"Path":"/x/"}`
	made := stack.Create("AWS::IAM::ManagedPolicy", "Managed", first)
	if made.PhysicalID != "arn:aws:iam::123456789012:policy/x/m" || made.Attributes["AttachmentCount"] != 1.0 {
		t.Errorf("became %+v", made)
	}
	before := first
	for i := range 7 { // more than the five versions that AWS keeps
		after := strings.Replace(first, "s3:GetObject", "s3:Get"+string(rune('A'+i)), 1)
		stack.Update("AWS::IAM::ManagedPolicy", "Managed", made.PhysicalID, before, after)
		before = after
	}
	versions, err := s.ListPolicyVersions(t.Context(), &iam.ListPolicyVersionsInput{PolicyArn: &made.PhysicalID})
	if err != nil || len(versions.Versions) != 5 || *versions.Versions[0].VersionId != "v8" || !versions.Versions[0].IsDefaultVersion {
		t.Errorf("versions are %+v (%v)", versions, err)
	}
	if _, err := s.DeletePolicy(t.Context(), &iam.DeletePolicyInput{PolicyArn: &made.PhysicalID}); oracle.Code(err) != "DeleteConflict" {
		t.Errorf("an attached policy was deleted: %v", err)
	}
	stack.Delete("AWS::IAM::ManagedPolicy", "Managed", made.PhysicalID, before)
}

func TestUsersAndTheirKeysLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	user := `{"UserName":"app","Policies":[{"PolicyName":"p","PolicyDocument":` + reading + `}]}`
	made := stack.Create("AWS::IAM::User", "User", user)
	if made.PhysicalID != "app" || made.Attributes["Arn"] != "arn:aws:iam::123456789012:user/app" {
		t.Errorf("became %+v", made)
	}
	key := stack.Create("AWS::IAM::AccessKey", "Key", `{"UserName":"app","Serial":1}`)
	if secret, _ := key.Attributes["SecretAccessKey"].(string); len(secret) != 40 || !strings.HasPrefix(key.PhysicalID, "AKIA") {
		t.Errorf("became %s with a secret of %d characters", key.PhysicalID, len(secret))
	}
	if err := stack.TryDelete("AWS::IAM::User", "User", "app", user); err == nil {
		t.Error("a user was deleted under its key")
	}
	stack.Delete("AWS::IAM::AccessKey", "Key", key.PhysicalID, `{"UserName":"app"}`)
	stack.Delete("AWS::IAM::User", "User", "app", user)
}

func TestRefusedResources(t *testing.T) {
	stack := oracle.NewStack(t, service.New(oracle.Host()).Resources())
	for properties, want := range map[string]string{
		`{"AssumeRolePolicyDocument":{}}`:                                "Syntax errors in policy.",
		`{"RoleName":"r"}`:                                               "#: required key [AssumeRolePolicyDocument] not found",
		`{"AssumeRolePolicyDocument":` + trust + `,"Nonsense":1}`:        "#: extraneous key [Nonsense] is not permitted",
		`{"AssumeRolePolicyDocument":` + trust + `,"RoleName":"no/way"}`: "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
		`{"AssumeRolePolicyDocument":` + trust + `,"ManagedPolicyArns":["arn:aws:iam::aws:policy/Nope"]}`: "Policy arn:aws:iam::aws:policy/Nope does not exist or is not attachable.",
	} {
		if _, err := stack.Try("AWS::IAM::Role", "Role", properties); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", properties, err, want)
		}
	}
	if _, err := stack.Try("AWS::IAM::Role", "Role", `{"RoleName":"r","AssumeRolePolicyDocument":`+trust+`,"Policies":[{"PolicyName":"p","PolicyDocument":"no"}]}`); err == nil {
		t.Error("a broken inline policy was taken")
	}
	stack.Create("AWS::IAM::Role", "Role", `{"RoleName":"r","AssumeRolePolicyDocument":`+trust+`}`) // the failed one left nothing
}
