package secretsmanager_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/secretsmanager"
)

func client(t *testing.T) (*sdk.Client, *secretsmanager.Service) {
	t.Helper()
	service := secretsmanager.New(oracle.Host())
	return sdk.NewFromConfig(oracle.Config(service.Wire())), service
}

// token makes a version id of the length that AWS wants.
func token(name string) *string { return aws.String(fmt.Sprintf("%-32s", name)) }

func create(t *testing.T, c *sdk.Client, name, value string) string {
	t.Helper()
	out, err := c.CreateSecret(t.Context(), &sdk.CreateSecretInput{Name: &name, SecretString: &value, ClientRequestToken: token("v1")})
	if err != nil {
		t.Fatal(err)
	}
	return *out.ARN
}

func put(t *testing.T, c *sdk.Client, version string, stages ...string) {
	t.Helper()
	_, err := c.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{
		SecretId: aws.String("s"), SecretString: &version, ClientRequestToken: token(version), VersionStages: stages,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// stages gives which version each staging label is attached to.
func stages(t *testing.T, c *sdk.Client) map[string]string {
	t.Helper()
	out, err := c.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: aws.String("s")})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for id, labels := range out.VersionIdsToStages {
		for _, label := range labels {
			got[label] += strings.TrimSpace(id)
		}
	}
	return got
}

func TestStagingLabelsMoveAsVersionsCome(t *testing.T) {
	c, _ := client(t)
	create(t, c, "s", "one")
	for _, step := range []struct {
		version string
		stages  []string
		want    map[string]string
	}{
		{"v2", nil, map[string]string{"AWSCURRENT": "v2", "AWSPREVIOUS": "v1"}},
		{"v3", []string{"MINE"}, map[string]string{"AWSCURRENT": "v2", "AWSPREVIOUS": "v1", "MINE": "v3"}},
		{"v4", []string{"MINE"}, map[string]string{"AWSCURRENT": "v2", "AWSPREVIOUS": "v1", "MINE": "v4"}},
		{"v5", nil, map[string]string{"AWSCURRENT": "v5", "AWSPREVIOUS": "v2", "MINE": "v4"}},
		{"v5", nil, map[string]string{"AWSCURRENT": "v5", "AWSPREVIOUS": "v2", "MINE": "v4"}},
	} {
		put(t, c, step.version, step.stages...)
		if got := stages(t, c); !maps.Equal(got, step.want) {
			t.Errorf("after %s %v: %v, want %v", step.version, step.stages, got, step.want)
		}
	}
}

func TestATokenIsForOneValue(t *testing.T) {
	c, _ := client(t)
	create(t, c, "s", "one")
	again := func(value string) error {
		_, err := c.PutSecretValue(t.Context(), &sdk.PutSecretValueInput{SecretId: aws.String("s"), SecretString: &value, ClientRequestToken: token("v1")})
		return err
	}
	if err := again("one"); err != nil {
		t.Errorf("the same value: %v", err)
	}
	if err := again("two"); oracle.Code(err) != "ResourceExistsException" {
		t.Errorf("another value: %v", err)
	}
	_, err := c.CreateSecret(t.Context(), &sdk.CreateSecretInput{Name: aws.String("s"), SecretString: aws.String("one"), ClientRequestToken: token("v1")})
	if err != nil {
		t.Errorf("the same creation: %v", err)
	}
}

// TestALabelMovesOnlyForWhoKnowsItsHolder is the compare-and-swap that keyvex writes
// secrets with.
func TestALabelMovesOnlyForWhoKnowsItsHolder(t *testing.T) {
	c, _ := client(t)
	create(t, c, "s", "one")
	put(t, c, "v2", "MINE")
	move := func(stage, from, to string) error {
		in := &sdk.UpdateSecretVersionStageInput{SecretId: aws.String("s"), VersionStage: &stage}
		if from != "" {
			in.RemoveFromVersionId = token(from)
		}
		if to != "" {
			in.MoveToVersionId = token(to)
		}
		_, err := c.UpdateSecretVersionStage(t.Context(), in)
		return err
	}
	for name, err := range map[string]error{
		"no holder named":    move("AWSCURRENT", "", "v2"),
		"wrong holder":       move("AWSCURRENT", "v2", "v2"),
		"no such version":    move("AWSCURRENT", "v1", "v9"),
		"current to nowhere": move("AWSCURRENT", "v1", ""),
		"nothing":            move("AWSCURRENT", "", ""),
	} {
		if oracle.Code(err) != "InvalidParameterException" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := move("AWSCURRENT", "v1", "v2"); err != nil {
		t.Fatal(err)
	}
	if err := move("MINE", "v2", ""); err != nil {
		t.Fatal(err)
	}
	if got, want := stages(t, c), map[string]string{"AWSCURRENT": "v2", "AWSPREVIOUS": "v1"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestADeletedSecretComesBackWithinItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := client(t)
		create(t, c, "s", "one")
		id := aws.String("s")
		remove := func() {
			out, err := c.DeleteSecret(t.Context(), &sdk.DeleteSecretInput{SecretId: id, RecoveryWindowInDays: aws.Int64(7)})
			if err != nil || !out.DeletionDate.Equal(time.Now().AddDate(0, 0, 7)) {
				t.Fatalf("%v, %v", out, err)
			}
		}
		get := func() string {
			_, err := c.GetSecretValue(t.Context(), &sdk.GetSecretValueInput{SecretId: id})
			return oracle.Code(err)
		}
		remove()
		if code := get(); code != "InvalidRequestException" {
			t.Errorf("marked for deletion: %q", code)
		}
		time.Sleep(7*24*time.Hour - time.Second)
		if _, err := c.RestoreSecret(t.Context(), &sdk.RestoreSecretInput{SecretId: id}); err != nil || get() != "" {
			t.Fatalf("restored: %v, then %q", err, get())
		}
		remove()
		time.Sleep(7 * 24 * time.Hour)
		if code := get(); code != "ResourceNotFoundException" {
			t.Errorf("after the window: %q", code)
		}
		create(t, c, "s", "two")
	})
}

func TestASecretIsFoundByNameAndByARNWithOrWithoutItsEnd(t *testing.T) {
	c, _ := client(t)
	arn := create(t, c, "keyvex/ai/dev", "one")
	if !regexp.MustCompile(`^arn:aws:secretsmanager:us-east-1:123456789012:secret:keyvex/ai/dev-[A-Za-z0-9]{6}$`).MatchString(arn) {
		t.Errorf("ARN %s", arn)
	}
	for id, found := range map[string]bool{
		"keyvex/ai/dev": true, arn: true, arn[:len(arn)-7]: true, arn[:len(arn)-1] + "!": false, "keyvex/ai": false,
	} {
		_, err := c.DescribeSecret(t.Context(), &sdk.DescribeSecretInput{SecretId: &id})
		if (err == nil) != found {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestListSecretsFiltersAndPages(t *testing.T) {
	c, _ := client(t)
	for i, name := range []string{"keyvex/ai/dev", "keyvex/ai/prod", "other"} {
		create(t, c, name, "x")
		tag := types.Tag{Key: aws.String("n"), Value: aws.String(fmt.Sprint(i))}
		if _, err := c.TagResource(t.Context(), &sdk.TagResourceInput{SecretId: &name, Tags: []types.Tag{tag}}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(order types.SortOrderType, key types.FilterNameStringType, values ...string) []string {
		pages := sdk.NewListSecretsPaginator(c, &sdk.ListSecretsInput{
			MaxResults: aws.Int32(1), SortBy: types.SortByTypeName, SortOrder: order, Filters: []types.Filter{{Key: key, Values: values}},
		})
		var names []string
		for pages.HasMorePages() {
			out, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range out.SecretList {
				names = append(names, *s.Name)
			}
		}
		return names
	}
	for _, tc := range []struct {
		order  types.SortOrderType
		key    types.FilterNameStringType
		values []string
		want   []string
	}{
		{"asc", "name", []string{"keyvex/"}, []string{"keyvex/ai/dev", "keyvex/ai/prod"}},
		{"desc", "name", []string{"keyvex/", "other"}, []string{"other", "keyvex/ai/prod", "keyvex/ai/dev"}},
		{"asc", "name", []string{"!keyvex/ai/dev"}, []string{"keyvex/ai/prod", "other"}},
		{"asc", "name", []string{"KEYVEX"}, nil},
		{"asc", "tag-value", []string{"2"}, []string{"other"}},
		{"asc", "all", []string{"PROD"}, []string{"keyvex/ai/prod"}},
	} {
		if got := list(tc.order, tc.key, tc.values...); !slices.Equal(got, tc.want) {
			t.Errorf("%s %v %s: got %v, want %v", tc.key, tc.values, tc.order, got, tc.want)
		}
	}
}

func TestPasswordsHoldTheirRules(t *testing.T) {
	c, _ := client(t)
	for range 50 {
		out, err := c.GetRandomPassword(t.Context(), &sdk.GetRandomPasswordInput{
			PasswordLength: aws.Int64(4), ExcludeCharacters: aws.String("abc0"), IncludeSpace: aws.Bool(true), ExcludePunctuation: aws.Bool(true),
		})
		if err != nil {
			t.Fatal(err)
		}
		p := *out.RandomPassword
		if len(p) != 4 || !strings.ContainsAny(p, "defghijklmnopqrstuvwxyz") || !strings.ContainsAny(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
			!strings.ContainsAny(p, "123456789") || !strings.Contains(p, " ") {
			t.Fatalf("password %q", p)
		}
	}
	for name, in := range map[string]*sdk.GetRandomPasswordInput{
		"too short for each kind": {PasswordLength: aws.Int64(3)},
		"nothing left": {
			ExcludeLowercase: aws.Bool(true), ExcludeUppercase: aws.Bool(true), ExcludeNumbers: aws.Bool(true), ExcludePunctuation: aws.Bool(true),
		},
	} {
		if _, err := c.GetRandomPassword(t.Context(), in); oracle.Code(err) != "InvalidParameterException" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheOldestUnlabelledVersionsGo(t *testing.T) {
	c, _ := client(t)
	create(t, c, "s", "one")
	put(t, c, "kept", "MINE")
	for i := range 120 {
		put(t, c, fmt.Sprintf("n%d", i))
	}
	out, err := c.ListSecretVersionIds(t.Context(), &sdk.ListSecretVersionIdsInput{SecretId: aws.String("s"), IncludeDeprecated: aws.Bool(true)})
	if err != nil || len(out.Versions) != 100 {
		t.Fatalf("%d versions, %v", len(out.Versions), err)
	}
	if got := stages(t, c); got["MINE"] != "kept" || got["AWSCURRENT"] != "n119" || got["AWSPREVIOUS"] != "n118" {
		t.Errorf("labels: %v", got)
	}
}

func TestAPublicPolicyIsBlockedWhenAsked(t *testing.T) {
	c, _ := client(t)
	create(t, c, "s", "one")
	public := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"secretsmanager:GetSecretValue","Resource":"*"}}`
	for _, tc := range []struct {
		policy string
		block  bool
		code   string
	}{{public, true, "PublicPolicyException"}, {public, false, ""}, {"{", false, "MalformedPolicyDocumentException"}} {
		_, err := c.PutResourcePolicy(t.Context(), &sdk.PutResourcePolicyInput{SecretId: aws.String("s"), ResourcePolicy: &tc.policy, BlockPublicPolicy: &tc.block})
		if oracle.Code(err) != tc.code {
			t.Errorf("block %v: %v", tc.block, err)
		}
	}
}
