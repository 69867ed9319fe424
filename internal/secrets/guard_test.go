package secrets

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

// described is an API whose DescribeSecret says something more.
type described struct {
	API
	more func(*secretsmanager.DescribeSecretOutput)
}

func (d described) DescribeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput, o ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	out, err := d.API.DescribeSecret(ctx, in, o...)
	if err == nil {
		d.more(out)
	}
	return out, err
}

func TestSecretsThatOthersManageAreRefusedWithWords(t *testing.T) {
	for words, more := range map[string]func(*secretsmanager.DescribeSecretOutput){
		"is rotated":    func(d *secretsmanager.DescribeSecretOutput) { d.RotationEnabled = aws.Bool(true) },
		"is replicated": func(d *secretsmanager.DescribeSecretOutput) { d.ReplicationStatus = []types.ReplicationStatusType{{}} },
		"is scheduled for deletion": func(d *secretsmanager.DescribeSecretOutput) {
			d.DeletedDate = aws.Time(time.Unix(1_800_000_000, 0))
		},
		"belongs to the service": func(d *secretsmanager.DescribeSecretOutput) { d.OwningService = aws.String("rds") },
	} {
		api := sdkAPI(t)
		v := vault(t, api, platform.AISecret, "{}")
		v.API = described{api, more}
		s, err := v.Read(t.Context(), platform.AISecret)
		if err == nil {
			_, err = write(t, v, s, "ai.openai_api_key", openAIKey)
		}
		if !problem.Is(err, problem.Refused) || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", words, err)
		}
	}
}

func TestAMissingSecretAndAForeignDocumentAreProblems(t *testing.T) {
	api := sdkAPI(t)
	v := vault(t, api, platform.AISecret, "no JSON")
	if _, err := v.Read(t.Context(), platform.DatabaseSecret); !problem.Is(err, problem.NotFound) {
		t.Error(err)
	}
	if _, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey); !problem.Is(err, problem.Refused) {
		t.Error(err)
	}
}

func TestRollbackGoesBackAndForgottenVersionsStayAway(t *testing.T) {
	v := vault(t, sdkAPI(t), platform.AISecret, `{"openai_api_key":"`+openAIKey+`"}`)
	written, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey+"2")
	if err != nil {
		t.Fatal(err)
	}
	back, err := v.PlanRollback(t.Context(), platform.AISecret)
	if err != nil || len(back.Differences) != 1 {
		t.Fatal(back.Differences, err)
	}
	if _, err := v.Rollback(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	if now := read(t, v, platform.AISecret); now.Version != written.Previous || now.Previous != written.Version {
		t.Errorf("%s, before %s", now.Version, now.Previous)
	}
	if _, err := v.Rollback(t.Context(), back); err != nil {
		t.Errorf("what is done already: %v", err)
	}
	if err := v.Forget(t.Context(), platform.AISecret, written.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := v.PlanRollback(t.Context(), platform.AISecret); !problem.Is(err, problem.NotFound) {
		t.Error(err)
	}
}

func TestKeysAreSetUnsetPlaceholdersOrFailing(t *testing.T) {
	for value, want := range map[string]State{
		`"sk-..."`: Placeholder, `"` + openAIKey + `"`: Set, `"` + anthropicKey + `"`: Failing, `""`: Unset, `null`: Unset, `7`: Failing, `"nonsense"`: Failing,
		`"your-key-here"`: Placeholder,
	} {
		texts := Snapshot{document: NewValue([]byte(`{"openai_api_key":` + value + `}`))}.texts()
		got, reason := stateOf(key(t, "ai.openai_api_key"), texts["openai_api_key"], true)
		if got != want || (got == Failing || got == Placeholder) == (reason == "") || strings.Contains(reason, "nonsense") {
			t.Errorf("%s is %s (%s), want %s", value, got, reason, want)
		}
	}
}

// loggedAt has one line that names a version, at a time.
type loggedAt struct {
	version string
	at      time.Time
}

func (l loggedAt) FilterLogEvents(_ context.Context, in *cloudwatchlogs.FilterLogEventsInput, _ ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	out := &cloudwatchlogs.FilterLogEventsOutput{}
	if *in.LogGroupName == "/aws/lambda/keyvex-ai-processor-development" && *in.FilterPattern == `{ $.secretVersion = "`+l.version+`" }` && *in.StartTime <= l.at.UnixMilli() {
		out.Events = []logtypes.FilteredLogEvent{{Timestamp: aws.Int64(l.at.UnixMilli())}}
	}
	return out, nil
}

func TestListTellsWhenAFunctionLastUsedTheVersion(t *testing.T) {
	api := sdkAPI(t)
	v := vault(t, api, platform.AISecret, `{"openai_api_key":"`+openAIKey+`"}`)
	vault(t, api, platform.IntegrationsSecret, "")
	vault(t, api, platform.DatabaseSecret, "{}")
	at := time.Now().Add(time.Second).Truncate(time.Millisecond)
	keys, err := v.List(t.Context(), Detail{Logs: loggedAt{read(t, v, platform.AISecret).Version, at}})
	if err != nil || len(keys) != len(platform.SecretKeys()) {
		t.Fatal(len(keys), err)
	}
	for _, k := range keys {
		switch {
		case k.Key.Secret == platform.AISecret && !k.Used.At.Equal(at),
			k.Key.Name == "sendgrid_api_key" && (!k.Used.At.IsZero() || k.Used.Unknown != ""),
			k.Key.Name == "stripe_secret_key" && k.Used.Unknown == "",
			k.Key.Name == platform.RedisAuthTokenKey && (!k.Used.At.IsZero() || k.Used.Unknown != ""):
			t.Errorf("%s: %+v", k.Key.Path(), k.Used)
		}
	}
}

// TestMotoHoldsTheSwapToo runs the write, the conflict and the rollback on moto.
func TestMotoHoldsTheSwapToo(t *testing.T) {
	api := secretsmanager.NewFromConfig(oracle.Moto(t))
	name := development.SecretName(platform.AISecret)
	if _, err := api.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String(`{"n":1e3}`)}); err != nil {
		t.Fatal(err)
	}
	v := &Vault{API: api, Environment: development, Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{5})}
	mine, theirs := read(t, v, platform.AISecret), read(t, v, platform.AISecret)
	if _, err := write(t, v, theirs, "ai.anthropic_api_key", anthropicKey); err != nil {
		t.Fatal(err)
	}
	if _, err := write(t, v, mine, "ai.openai_api_key", openAIKey); !isConflict(err) {
		t.Fatal(err)
	}
	written, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey)
	if err != nil {
		t.Fatal(err)
	}
	back, err := v.PlanRollback(t.Context(), platform.AISecret)
	if err != nil || back.Version != written.Previous {
		t.Fatal(back.Version, err)
	}
	if _, err := v.Rollback(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	// moto's answer without a label does not follow AWSCURRENT.
	out, err := api.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name, VersionStage: aws.String("AWSCURRENT")})
	if err != nil || *out.SecretString != `{"n":1e3,"anthropic_api_key":"`+anthropicKey+`"}` {
		t.Error(*out.SecretString, err)
	}
}
