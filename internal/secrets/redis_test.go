package secrets

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox"
)

const (
	oldToken = "oldoldoldoldoldold01"
	newToken = "newnewnewnewnewnew02"
)

// redis is a sandbox with Redis and the secret, and an API of which a call may kill the
// process, before it or after it.
type redis struct {
	t       *testing.T
	box     *sandbox.Sandbox
	session *cloud.Session
	API
	Cache
	left int // calls until the death; negative for none
}

var errKilled = errors.New("killed")

func newRedis(t *testing.T) *redis {
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
	r := &redis{t: t, box: box, session: s, API: s.SecretsManager(), Cache: s.ElastiCache(), left: -1}
	name := development.SecretName(platform.DatabaseSecret)
	if _, err := s.SecretsManager().CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: aws.String(`{"redis_auth_token":"` + oldToken + `"}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ElastiCache().CreateReplicationGroup(t.Context(), &elasticache.CreateReplicationGroupInput{
		ReplicationGroupId: aws.String(development.CacheName()), ReplicationGroupDescription: aws.String("cache"), Engine: aws.String("redis"),
		CacheNodeType: aws.String("cache.t4g.micro"), NumCacheClusters: aws.Int32(1), TransitEncryptionEnabled: aws.Bool(true), AuthToken: aws.String(oldToken),
	}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Hour)
	return r
}

// call lets a call through, or kills before it.
func (r *redis) call() error {
	time.Sleep(time.Second)
	r.letsIn()
	if r.left == 0 {
		return errKilled
	}
	r.left--
	return nil
}

// letsIn holds that whoever reads the secret gets into Redis.
func (r *redis) letsIn() {
	r.t.Helper()
	name := development.SecretName(platform.DatabaseSecret)
	out, err := r.session.SecretsManager().GetSecretValue(r.t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &name})
	if err != nil {
		r.t.Fatal(err)
	}
	token := oldToken
	if strings.Contains(*out.SecretString, newToken) {
		token = newToken
	}
	if !r.box.ElastiCache.Authenticates(development.CacheName(), token) {
		r.t.Errorf("with %d calls left, Redis does not take what the secret says: %s", r.left, token)
	}
}

func (r *redis) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if err := r.call(); err != nil {
		return nil, err
	}
	return r.API.PutSecretValue(ctx, in, o...)
}

func (r *redis) UpdateSecretVersionStage(ctx context.Context, in *secretsmanager.UpdateSecretVersionStageInput, o ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error) {
	if err := r.call(); err != nil {
		return nil, err
	}
	return r.API.UpdateSecretVersionStage(ctx, in, o...)
}

func (r *redis) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := r.call(); err != nil {
		return nil, err
	}
	return r.API.GetSecretValue(ctx, in, o...)
}

func (r *redis) DescribeReplicationGroups(ctx context.Context, in *elasticache.DescribeReplicationGroupsInput, o ...func(*elasticache.Options)) (*elasticache.DescribeReplicationGroupsOutput, error) {
	if err := r.call(); err != nil {
		return nil, err
	}
	return r.Cache.DescribeReplicationGroups(ctx, in, o...)
}

func (r *redis) ModifyReplicationGroup(ctx context.Context, in *elasticache.ModifyReplicationGroupInput, o ...func(*elasticache.Options)) (*elasticache.ModifyReplicationGroupOutput, error) {
	if err := r.call(); err != nil {
		return nil, err
	}
	return r.Cache.ModifyReplicationGroup(ctx, in, o...)
}

func (r *redis) rotation(seed byte) Rotation {
	v := &Vault{API: r, Environment: development, Clock: clock.Wall{}, Random: rand.NewChaCha8([32]byte{seed})}
	return Rotation{Vault: v, Cache: r, Begin: func(Step) {}}
}

// TestARotationGoesOnFromWhereverItWasKilled kills it before every one of its calls in
// turn, and takes it up with another token: Redis takes the secret's token at any time,
// and in the end that of the first attempt alone, once it was kept.
func TestARotationGoesOnFromWhereverItWasKilled(t *testing.T) {
	for kill := range 40 {
		ended := false
		synctest.Test(t, func(t *testing.T) {
			r := newRedis(t)
			r.left = kill
			_, err := r.rotation(1).Rotate(t.Context(), NewValue([]byte(newToken)))
			ended = err == nil
			if !ended {
				r.left = -1
				if _, err := r.rotation(2).Rotate(t.Context(), NewValue([]byte(newToken))); err != nil {
					t.Fatalf("killed before call %d: %v", kill, err)
				}
			}
			r.letsIn()
			if r.box.ElastiCache.Authenticates(development.CacheName(), oldToken) || !r.box.ElastiCache.Authenticates(development.CacheName(), newToken) {
				t.Errorf("killed before call %d: the old token still opens Redis, or the new one does not", kill)
			}
			if _, found, err := r.rotation(3).Pending(t.Context()); found || err != nil {
				t.Errorf("killed before call %d: a rotation is still pending, %v", kill, err)
			}
		})
		if ended {
			if kill < 8 {
				t.Errorf("a rotation took %d calls", kill)
			}
			return
		}
	}
	t.Error("no rotation came to its end")
}

func TestAPendingTokenIsTheOneThatIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRedis(t)
		r.left = 6
		if _, err := r.rotation(1).Rotate(t.Context(), NewValue([]byte(newToken))); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		r.left = -1
		if token, found, err := r.rotation(2).Pending(t.Context()); !found || err != nil || string(token.Bytes()) != newToken {
			t.Fatalf("%v %v", found, err)
		}
		if _, err := r.rotation(2).Rotate(t.Context(), NewValue([]byte("anotheranotheranother"))); err != nil {
			t.Fatal(err)
		}
		if !r.box.ElastiCache.Authenticates(development.CacheName(), newToken) {
			t.Error("the token that was kept is not Redis's")
		}
	})
}
