package secrets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
)

var development = platform.Environment{Name: "development", Tier: platform.Development}

// sdkAPI is a client of a sandbox in this process, behind the translation of errors.
func sdkAPI(t *testing.T) *secretsmanager.Client {
	t.Helper()
	return session(t).SecretsManager()
}

func session(t *testing.T) *cloud.Session {
	t.Helper()
	box, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	s, err := cloud.Open(t.Context(), cloud.Options{Environment: development, Local: &cloud.Local{
		Endpoint: "http://localhost:4599", Region: sandbox.DefaultRegion, AccessKeyID: sandbox.DefaultAccessKey,
		SecretKey: sandbox.DefaultSecret, Transport: box.Transport(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vault has the secret with that document; an empty one makes a secret without a value.
func vault(t *testing.T, api *secretsmanager.Client, secret platform.Secret, document string) *Vault {
	t.Helper()
	in := &secretsmanager.CreateSecretInput{Name: aws.String(development.SecretName(secret))}
	if document != "" {
		in.SecretString = &document
	}
	if _, err := api.CreateSecret(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return &Vault{API: api, Environment: development, Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{1})}
}

func key(t *testing.T, path string) platform.SecretKey {
	t.Helper()
	k, ok := platform.FindSecretKey(path)
	if !ok {
		t.Fatal(path)
	}
	return k
}

// write plans on a snapshot and writes.
func write(t *testing.T, v *Vault, s Snapshot, path, value string) (Written, error) {
	t.Helper()
	p, err := s.Plan(Change{Key: key(t, path), Value: NewValue([]byte(value))})
	if err != nil {
		return Written{}, err
	}
	return v.Write(t.Context(), p)
}

func read(t *testing.T, v *Vault, secret platform.Secret) Snapshot {
	t.Helper()
	s, err := v.Read(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	openAIKey    = "sk-abcdefghijklmnopqrst"
	anthropicKey = "sk-ant-abcdefghijklmnopqrst"
)

func TestOneKeyIsWrittenInOneVersion(t *testing.T) {
	api := sdkAPI(t)
	v := vault(t, api, platform.AISecret, `{"note":  1e3, "openai_api_key":"old"}`)
	before := read(t, v, platform.AISecret)
	written, err := write(t, v, before, "ai.openai_api_key", openAIKey)
	if err != nil || !written.Changed || written.Previous != before.Version {
		t.Fatal(written, err)
	}
	out, err := api.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String("keyvex/ai/development")})
	if err != nil || *out.SecretString != `{"note":  1e3, "openai_api_key":"`+openAIKey+`"}` || *out.VersionId != written.Version {
		t.Errorf("%v %v", *out.SecretString, err)
	}
	history, err := v.History(t.Context(), platform.AISecret)
	if err != nil || len(history) != 2 || !history[0].Current() {
		t.Errorf("%+v %v", history, err)
	}
	again, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey)
	if err != nil || again.Changed || again.Version != written.Version {
		t.Errorf("the same value made %+v, %v", again, err)
	}
}

func TestASecretWithoutAValueGetsItsFirst(t *testing.T) {
	v := vault(t, sdkAPI(t), platform.AISecret, "")
	empty := read(t, v, platform.AISecret)
	if _, err := write(t, v, empty, "ai.openai_api_key", openAIKey); err != nil {
		t.Fatal(err)
	}
	// Another who saw it empty loses, and is told.
	_, err := write(t, v, empty, "ai.anthropic_api_key", anthropicKey)
	if c, ok := errors.AsType[*Conflict](err); !ok || fmt.Sprint(c.Keys) != "[openai_api_key]" {
		t.Fatal(err)
	}
}

func TestAConflictNamesTheKeysOfTheOther(t *testing.T) {
	v := vault(t, sdkAPI(t), platform.AISecret, "{}")
	mine, theirs := read(t, v, platform.AISecret), read(t, v, platform.AISecret)
	if _, err := write(t, v, theirs, "ai.anthropic_api_key", anthropicKey); err != nil {
		t.Fatal(err)
	}
	_, err := write(t, v, mine, "ai.openai_api_key", openAIKey)
	if c, ok := errors.AsType[*Conflict](err); !ok || fmt.Sprint(c.Keys) != "[anthropic_api_key]" || !problem.Is(err, problem.Failed) {
		t.Fatal(err)
	}
	if _, err := write(t, v, read(t, v, platform.AISecret), "ai.openai_api_key", openAIKey); err != nil {
		t.Fatal(err)
	}
	if got := len(read(t, v, platform.AISecret).texts()); got != 2 {
		t.Errorf("%d keys", got)
	}
}

// turns is an API whose calls wait for their turn, and in which a writer may die before
// one.
type turns struct {
	API
	turn  chan chan struct{}
	dies  int // calls until death; negative for none
	calls int
}

var errDied = errors.New("died")

func (a *turns) wait(ctx context.Context) error {
	if a.dies >= 0 && a.calls >= a.dies {
		return errDied
	}
	a.calls++
	mine := make(chan struct{})
	select {
	case a.turn <- mine:
		<-mine
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (a *turns) DescribeSecret(ctx context.Context, in *secretsmanager.DescribeSecretInput, o ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	return a.API.DescribeSecret(ctx, in, o...)
}

func (a *turns) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	return a.API.GetSecretValue(ctx, in, o...)
}

func (a *turns) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	return a.API.PutSecretValue(ctx, in, o...)
}

func (a *turns) UpdateSecretVersionStage(ctx context.Context, in *secretsmanager.UpdateSecretVersionStageInput, o ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error) {
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	return a.API.UpdateSecretVersionStage(ctx, in, o...)
}

// TestNoInterleavingLosesAnUpdate lets two writers do three rounds each, their calls in
// every order that a seed gives, with deaths in between, and counts what is left: each
// adds one to a number of its own, so a lost update shows.
// KEYVEX_SEEDS is how many interleavings are tried, 250 unless it is set; make figures
// tries a thousand.
func TestNoInterleavingLosesAnUpdate(t *testing.T) {
	seeds := 250
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_SEEDS")); err == nil {
		seeds = n
	}
	api := sdkAPI(t)
	for seed := range uint64(seeds) {
		random := rand.New(rand.NewPCG(seed, 7))
		env := platform.Environment{Name: fmt.Sprintf("e%d", seed), Tier: platform.Development}
		name := env.SecretName(platform.AISecret)
		if _, err := api.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String(`{}`)}); err != nil {
			t.Fatal(err)
		}
		race(t, api, env, random, seed)
	}
	t.Logf("%d conflicts, %d deaths", conflicts.Load(), deaths.Load())
	if int(conflicts.Load()) < seeds/4 || int(deaths.Load()) < seeds/10 {
		t.Errorf("only %d conflicts and %d deaths: the writers do not meet", conflicts.Load(), deaths.Load())
	}
}

var conflicts, deaths atomic.Int32

func race(t *testing.T, api API, env platform.Environment, random *rand.Rand, seed uint64) {
	t.Helper()
	var writers []*turns
	ended := make(chan int)
	done := make([]int, 2) // rounds that Write reported as done
	for i := range 2 {
		w := &turns{API: api, turn: make(chan chan struct{}), dies: -1}
		if random.IntN(3) == 0 {
			w.dies = random.IntN(14)
		}
		writers = append(writers, w)
		v := &Vault{API: w, Environment: env, Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{byte(i), byte(seed), byte(seed >> 8)})}
		go func() {
			for round := range 3 {
				if !persist(t.Context(), v, i, round) {
					break
				}
				done[i] = round + 1
			}
			ended <- i
		}()
	}
	for left := 2; left > 0; {
		first, second := writers[0].turn, writers[1].turn
		if random.IntN(2) == 0 { // only one of them may go on, unless it has nothing to do
			first = nil
		} else {
			second = nil
		}
		select {
		case mine := <-first:
			close(mine)
		case mine := <-second:
			close(mine)
		case <-ended:
			left--
		case <-time.After(50 * time.Microsecond):
		}
	}
	judge(t, api, env, writers, done, seed)
}

// persist writes the round's number into the writer's key until no conflict is in the way.
func persist(ctx context.Context, v *Vault, writer, round int) bool {
	k := platform.SecretKey{Secret: platform.AISecret, Name: fmt.Sprintf("w%d", writer)}
	for {
		s, err := v.Read(ctx, platform.AISecret)
		if err != nil {
			return false
		}
		p, err := s.Plan(Change{Key: k, Value: NewValue(fmt.Append(nil, round+1))})
		if err != nil {
			return false
		}
		switch _, err := v.Write(ctx, p); {
		case err == nil:
			return true
		case !isConflict(err):
			deaths.Add(1)
			return false
		}
		conflicts.Add(1)
	}
}

func judge(t *testing.T, api API, env platform.Environment, writers []*turns, done []int, seed uint64) {
	t.Helper()
	documents := map[string]map[string]string{}
	for _, stage := range []string{"AWSCURRENT", "AWSPREVIOUS"} {
		out, err := api.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(env.SecretName(platform.AISecret)), VersionStage: &stage})
		if err != nil {
			continue // nobody wrote
		}
		document := map[string]string{}
		if err := json.Unmarshal([]byte(*out.SecretString), &document); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		documents[stage] = document
	}
	steps := 0
	for i, rounds := range done {
		var current, previous int
		_, _ = fmt.Sscan(documents["AWSCURRENT"]["w"+fmt.Sprint(i)], &current)
		_, _ = fmt.Sscan(documents["AWSPREVIOUS"]["w"+fmt.Sprint(i)], &previous)
		// A writer that died after its second call has written without knowing.
		if current != rounds && (writers[i].dies < 0 || current != rounds+1) {
			t.Errorf("seed %d: writer %d finished %d rounds, and its key says %d", seed, i, rounds, current)
		}
		steps += current - previous
	}
	if total := done[0] + done[1]; total > 0 && steps != 1 {
		t.Errorf("seed %d: AWSPREVIOUS is not the version before AWSCURRENT: %v", seed, documents)
	}
}

func TestAPreparedPlanIsSeenByNobodyUntilItIsWritten(t *testing.T) {
	v := vault(t, sdkAPI(t), platform.AISecret, `{"openai_api_key":"old"}`)
	before := read(t, v, platform.AISecret)
	p, err := before.Plan(Change{Key: key(t, "ai.openai_api_key"), Value: NewValue([]byte(openAIKey))})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Prepare(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
	if now := read(t, v, platform.AISecret); now.Version != before.Version {
		t.Errorf("version %s, before %s", now.Version, before.Version)
	}
	written, err := v.Write(t.Context(), p)
	if err != nil || written.Previous != before.Version || read(t, v, platform.AISecret).Version != written.Version {
		t.Errorf("%+v, %v", written, err)
	}
	if history, err := v.History(t.Context(), platform.AISecret); err != nil || len(history) != 2 {
		t.Errorf("%d versions, %v", len(history), err)
	}
}
