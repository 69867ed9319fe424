package secrets

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// Cache is what is needed of ElastiCache.
type Cache interface {
	DescribeReplicationGroups(context.Context, *elasticache.DescribeReplicationGroupsInput, ...func(*elasticache.Options)) (*elasticache.DescribeReplicationGroupsOutput, error)
	ModifyReplicationGroup(context.Context, *elasticache.ModifyReplicationGroupInput, ...func(*elasticache.Options)) (*elasticache.ModifyReplicationGroupOutput, error)
}

// rotatingStage is the staging label of the version whose Redis token is on its way
// into ElastiCache. It is all that a rotation keeps: whoever finds it goes on from there.
const rotatingStage = "KEYVEX_REDIS_TOKEN"

// Step is a step of a rotation that begins.
type Step string

// The steps, in order.
const (
	Keeping  Step = "keeping the new token in Secrets Manager, where nobody reads it yet"
	Adding   Step = "Redis takes the new token beside the old one"
	Writing  Step = "the secret gets the new token"
	Settling Step = "the functions read it within a minute"
	Dropping Step = "Redis drops the old token"
)

// Rotation replaces the token of Redis in both places.
type Rotation struct {
	*Vault
	Cache Cache
	// Begin is told each step that begins.
	Begin func(Step)
}

// Pending gives the token of a rotation that was begun and not ended; found is false
// without one.
func (r Rotation) Pending(ctx context.Context) (token Value, found bool, err error) {
	p, err := r.pending(ctx)
	if err != nil || p.version == "" {
		return Value{}, false, err
	}
	return p.token, true, nil
}

// pending is the labelled version with its token.
type pending struct {
	version string
	created time.Time
	token   Value
}

func (r Rotation) pending(ctx context.Context) (pending, error) {
	described, err := r.describe(ctx, platform.DatabaseSecret)
	if err != nil {
		return pending{}, err
	}
	id := holder(described.VersionIdsToStages, rotatingStage)
	if id == "" {
		return pending{}, nil
	}
	out, err := r.API.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: described.Name, VersionId: &id})
	if err != nil {
		return pending{}, err
	}
	document := Snapshot{document: NewValue([]byte(aws.ToString(out.SecretString)))}
	defer document.Wipe()
	token, err := document.Get(redisKey())
	return pending{id, aws.ToTime(out.CreatedDate), token}, err
}

func redisKey() platform.SecretKey {
	key, _ := platform.FindSecretKey(string(platform.DatabaseSecret) + "." + platform.RedisAuthTokenKey)
	return key
}

// Rotate gives Redis the token in three steps, after each of which everybody gets in:
// ROTATE (both tokens are good), the write of the secret, SET (the new one alone). With
// a rotation pending, it goes on with that one's token instead.
func (r Rotation) Rotate(ctx context.Context, token Value) (Written, error) {
	if _, err := r.ready(ctx); err != nil { // before anything is kept
		return Written{}, err
	}
	p, err := r.pending(ctx)
	if err != nil {
		return Written{}, err
	}
	if p.version == "" {
		if p, err = r.keep(ctx, token); err != nil {
			return Written{}, err
		}
	}
	if err := r.add(ctx, p); err != nil {
		return Written{}, err
	}
	written, err := r.write(ctx, p)
	if err != nil {
		return written, err
	}
	r.Begin(Settling)
	if err := clock.Sleep(ctx, r.Clock, Held); err != nil {
		return written, err
	}
	return written, r.drop(ctx, p)
}

// keep puts the token into a version with the label.
func (r Rotation) keep(ctx context.Context, token Value) (pending, error) {
	r.Begin(Keeping)
	s, err := r.Read(ctx, platform.DatabaseSecret)
	if err != nil {
		return pending{}, err
	}
	defer s.Wipe()
	plan, err := s.Plan(Change{Key: redisKey(), Value: token})
	if err != nil {
		return pending{}, err
	}
	defer plan.Wipe()
	if s.Version == "" {
		return pending{}, problem.New(problem.Refused, "%s has no value, and Redis has a token that nobody knows", s.Name).
			WithHint("keyvex deploy -e %s --stack %s, which generates one", r.Environment, platform.Security)
	}
	if _, _, err := r.put(context.WithoutCancel(ctx), plan, rotatingStage); err != nil {
		return pending{}, err
	}
	return r.pending(ctx)
}

// add lets Redis take the new token too. ElastiCache would drop the old one if it were
// asked twice, so it is asked only where its tokens are older than the pending version.
func (r Rotation) add(ctx context.Context, p pending) error {
	group, err := r.ready(ctx)
	if err != nil {
		return err
	}
	if changed := aws.ToTime(group.AuthTokenLastModifiedDate); changed.After(p.created) {
		return nil
	}
	r.Begin(Adding)
	return r.modify(ctx, p.token, types.AuthTokenUpdateStrategyTypeRotate)
}

// write makes the token the secret's, on top of what others may have changed meanwhile.
func (r Rotation) write(ctx context.Context, p pending) (Written, error) {
	r.Begin(Writing)
	for {
		s, err := r.Read(ctx, platform.DatabaseSecret)
		if err != nil {
			return Written{}, err
		}
		plan, err := s.Plan(Change{Key: redisKey(), Value: p.token})
		if err != nil {
			return Written{}, err
		}
		written, err := r.Write(ctx, plan)
		plan.Wipe()
		s.Wipe()
		if !isConflict(err) {
			return written, err
		}
	}
}

// drop leaves the new token the only one and ends the rotation.
func (r Rotation) drop(ctx context.Context, p pending) error {
	r.Begin(Dropping)
	if err := r.modify(ctx, p.token, types.AuthTokenUpdateStrategyTypeSet); err != nil {
		return err
	}
	_, err := r.API.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: aws.String(r.Environment.SecretName(platform.DatabaseSecret)), VersionStage: aws.String(rotatingStage), RemoveFromVersionId: &p.version,
	})
	return err
}

func (r Rotation) modify(ctx context.Context, token Value, how types.AuthTokenUpdateStrategyType) error {
	if _, err := r.ready(ctx); err != nil {
		return err
	}
	_, err := r.Cache.ModifyReplicationGroup(ctx, &elasticache.ModifyReplicationGroupInput{
		ReplicationGroupId: aws.String(r.Environment.CacheName()), AuthToken: aws.String(string(token.Bytes())),
		AuthTokenUpdateStrategy: how, ApplyImmediately: aws.Bool(true),
	})
	if err != nil {
		return err
	}
	_, err = r.ready(ctx)
	return err
}

// lookEvery is the pause between two looks at a group that changes, patience how many
// there are: about half an hour.
const (
	lookEvery = 10 * time.Second
	patience  = 180
)

// ready waits until the group is available and has no token pending.
func (r Rotation) ready(ctx context.Context) (types.ReplicationGroup, error) {
	for range patience {
		group, err := r.group(ctx)
		if err != nil {
			return group, err
		}
		changing := group.PendingModifiedValues != nil && group.PendingModifiedValues.AuthTokenStatus != ""
		if aws.ToString(group.Status) == "available" && !changing {
			return group, nil
		}
		if err := clock.Sleep(ctx, r.Clock, lookEvery); err != nil {
			return group, err
		}
	}
	return types.ReplicationGroup{}, problem.New(problem.LeftRunning, "ElastiCache still changes %s", r.Environment.CacheName()).
		WithHint("the same command goes on from there")
}

func (r Rotation) group(ctx context.Context) (types.ReplicationGroup, error) {
	name := r.Environment.CacheName()
	out, err := r.Cache.DescribeReplicationGroups(ctx, &elasticache.DescribeReplicationGroupsInput{ReplicationGroupId: &name})
	if err != nil {
		return types.ReplicationGroup{}, err
	}
	i := slices.IndexFunc(out.ReplicationGroups, func(g types.ReplicationGroup) bool { return aws.ToString(g.ReplicationGroupId) == name })
	if i < 0 {
		return types.ReplicationGroup{}, problem.New(problem.NotFound, "there is no Redis %s", name).WithHint("keyvex status -e %s", r.Environment)
	}
	return out.ReplicationGroups[i], nil
}
