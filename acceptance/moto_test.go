package acceptance

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// motoServer starts an AWS server that is not ours.
func motoServer(t *testing.T) (endpoint string) {
	t.Helper()
	needs(t, "moto_server", "keyvex is not held against an AWS server that is not ours")
	return *oracle.Moto(t).BaseEndpoint
}

func atMoto(t *testing.T, endpoint string) *home {
	t.Helper()
	return newHome(t).with("AWS_ENDPOINT_URL="+endpoint, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=us-east-1")
}

// moto ignores much of what the stacks hold and refuses what refers to it. What
// counts is that the deploy ends, in reasonable time, either done or with one error
// that names stack, resource, type and the server's own words, and that a second
// run meets nothing of the first.
func TestADeployToAForeignServerEndsDoneOrWithOneClearError(t *testing.T) {
	h := atMoto(t, motoServer(t))
	named := regexp.MustCompile(`^error: Keyvex-development-\w+: \w+ \(AWS::\w+::\w+\) .+: .+`)
	first := ""
	for range 3 {
		out := h.run("deploy", "--env", "development", "--yes")
		t.Logf("exit %d after %s\n%s%s", out.code, out.took, out.stdout, out.stderr)
		if out.code == 0 {
			return
		}
		message, hint := oneErrorAndHint(t, out)
		if out.code != 1 || !named.MatchString(message) || !strings.Contains(hint, "this server") {
			t.Errorf("exit %d, %s%s", out.code, message, hint)
		}
		if first == "" {
			first = message
		}
		if message != first {
			t.Errorf("again: %s", message)
		}
	}
}

// What a server refused is not there, and every command says so in its way.
func TestCommandsAfterADeployThatAForeignServerRefused(t *testing.T) {
	h := atMoto(t, motoServer(t))
	if out := h.run("deploy", "--env", "development", "--yes", "--stack", "Storage"); out.code == 0 {
		t.Skip("SKIPPED: this moto deploys the Storage stack, so there is no failure to look at")
	}
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"status"}, 5}, {[]string{"outputs"}, 5}, {[]string{"dotenv"}, 5}, {[]string{"diff"}, 0},
		{[]string{"destroy", "--confirm", "development"}, 5}, {[]string{"envs"}, 0},
	} {
		out := h.run(append(c.args, "--env", "development")...)
		if out.code != c.code {
			t.Errorf("%s: exit %d, want %d\n%s%s", c.args, out.code, c.code, out.stdout, out.stderr)
		}
		if c.code != 0 {
			oneErrorAndHint(t, out)
		}
	}
}

// moto keeps no history of calls. What was changed is listed all the same, and it is
// said why nobody knows by whom.
func TestChangesOfAServerWithoutCloudTrailAreListedWithoutNames(t *testing.T) {
	endpoint := motoServer(t)
	api := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	name := platform.Environment{Name: "development"}.SecretName(platform.AISecret)
	if _, err := api.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: new("{}")}); err != nil {
		t.Fatal(err)
	}
	out := atMoto(t, endpoint).run("changes", "--env", "development")
	if out.code != 0 || !regexp.MustCompile(`secret +ai first version +unknown`).MatchString(out.stdout) || strings.Count(out.stderr, "\n") != 1 ||
		!strings.Contains(out.stderr, "who made a change is not told by CloudTrail, and resumes and purges are missing: CloudTrail LookupEvents failed: the server answered 500") {
		t.Errorf("exit %d after %s\n%s%s", out.code, out.took, out.stdout, out.stderr)
	}
}
