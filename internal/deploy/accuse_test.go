package deploy

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

const accusedBody = `{"Resources": {
	"Cdn9963B1AD": {"Type": "AWS::CloudFront::Distribution", "Properties": {"Origin": {"Fn::GetAtt": ["Files", "DomainName"]}}},
	"Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "uploads-dev-1"}},
	"Secret": {"Type": "AWS::SecretsManager::Secret"},
	"SecretArn": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Ref": "Secret"}}},
	"Domain": {"Type": "AWS::SSM::Parameter", "Properties": {"Value": {"Fn::GetAtt": ["Cdn9963B1AD", "DomainName"]}}}}}`

// The words are those of moto, LocalStack and AWS for the same kinds of refusal.
func TestAServersWordsPointAtResources(t *testing.T) {
	tmpl := mustParse(accusedBody)
	for said, want := range map[string]string{
		"Template error: instance of Fn::GetAtt references undefined resource Cdn9963B1AD":         "Cdn9963B1AD",
		"Resource type AWS::CloudFront::Distribution is not supported":                             "Cdn9963B1AD",
		"uploads-dev-1 already exists":                                                             "Files",
		"1 validation error detected: Value '' at 'value' failed to satisfy constraint: too short": "Domain SecretArn",
		"An internal error occurred":                                                               "",
		"The Secretary said no":                                                                    "",
	} {
		if got := strings.Join(tmpl.accused(said), " "); got != want {
			t.Errorf("%s: got %q, want %q", said, got, want)
		}
	}
}

func TestAListingPointsAtWhatFailedOrWhereItEnds(t *testing.T) {
	tmpl := mustParse(accusedBody)
	for _, c := range []struct {
		rows []resourceRow
		want string
	}{
		{[]resourceRow{{"Files", "CREATE_COMPLETE", ""}, {"Secret", "CREATE_FAILED", "no"}}, "S: Secret (AWS::SecretsManager::Secret) could not be created: r"},
		{[]resourceRow{{"Files", "CREATE_COMPLETE", ""}}, "S: Cdn9963B1AD (AWS::CloudFront::Distribution) or one after it could not be created: r"},
		{[]resourceRow{{"Secret", "CREATE_COMPLETE", ""}}, "S failed: r"}, // out of order: nothing is certain
	} {
		got := tmpl.accuseByList(c.rows, cause{status: "CREATE_FAILED", reason: "r"}).sentence("S")
		if got != c.want {
			t.Errorf("%v: got %q, want %q", c.rows, got, c.want)
		}
	}
}

// A server that refuses while it executes, as moto does.
func TestARefusalNamesStackResourceAndWords(t *testing.T) {
	for said, want := range map[string][2]string{
		"references undefined resource Redis": {"Keyvex-dev-Database: Redis (AWS::ElastiCache::ReplicationGroup) could not be created: references undefined resource Redis",
			"this server does not implement AWS::ElastiCache::ReplicationGroup"},
		"Sorry.": {"Keyvex-dev-Database: executing its change set failed, and the server named no resource: Sorry", "--stack NAME"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "dev")
			executed := 0
			w.server.fault = func(op string) error {
				if op == "ExecuteChangeSet" {
					executed++
				}
				// Storage and Security come first, in either order.
				if op == "ExecuteChangeSet" && executed == 3 {
					return &smithy.GenericAPIError{Code: "ValidationError", Message: said}
				}
				if op == "ListStackResources" {
					return errors.New("not implemented")
				}
				return nil
			}
			got := w.deploy(t.Context(), w.release("1"), Options{})
			p, ok := errors.AsType[*problem.Error](got.err)
			if !ok || p.Message != want[0] || !strings.Contains(p.Hint, want[1]) {
				t.Errorf("got %v (%+v)", got.err, p)
			}
			if len(w.server.sets) != 0 || w.status(platform.Database) != "" {
				t.Errorf("%d change sets and %q are left", len(w.server.sets), w.status(platform.Database))
			}
		})
	}
}

// Security fails at once, before Storage has begun: Storage is deployed all the
// same, and what needs Security is not.
func TestStacksThatDoNotNeedTheFailedOneGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.fails["Role"] = "no"
		w.server.takes["Uploads"] = time.Minute
		got := w.deploy(t.Context(), w.release("1"), Options{})
		for s, want := range map[platform.Stack]State{
			platform.Security: RolledBack, platform.Database: Skipped, platform.Storage: Complete,
			platform.Compute: Skipped, platform.API: Skipped, platform.Monitoring: Skipped,
		} {
			if got.state(s) != want {
				t.Errorf("%s is %s, want %s", s, got.state(s), want)
			}
		}
	})
}

func TestOneErrorNamesTheFirstAndCountsTheOthers(t *testing.T) {
	for _, c := range []struct {
		more []string
		want string
	}{
		{nil, "a: no"},
		{[]string{"b"}, "a: no (b failed too)"},
		{[]string{"b", "c"}, "a: no (2 others failed too: b, c)"},
	} {
		first := problem.New(problem.Failed, "a: no").WithHint("mend a")
		err := together(first, c.more)
		p, ok := errors.AsType[*problem.Error](err)
		if !ok || p.Message != c.want || p.Hint != "mend a" || p.Kind != problem.Failed {
			t.Errorf("%v: got %v", c.more, err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.server.fails["Role"], w.server.fails["Uploads"] = "no role", "no bucket"
		w.server.takes["Role"] = time.Minute // Storage fails first, and is named second
		got := w.deploy(t.Context(), w.release("1"), Options{})
		want := "Keyvex-dev-Security: Role (AWS::IAM::Role) could not be created: no role (Keyvex-dev-Storage failed too)"
		if got.err == nil || got.err.Error() != want {
			t.Errorf("got %v, want %s", got.err, want)
		}
	})
}
