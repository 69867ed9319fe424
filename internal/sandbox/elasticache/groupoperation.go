package elasticache

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"
	"github.com/aws/aws-sdk-go-v2/service/elasticache/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

func (s *Service) findGroup(id *string) (replicationGroup, error) {
	g, ok := s.groups.Get(strings.ToLower(value(id)))
	if !ok {
		return g, &types.ReplicationGroupNotFoundFault{Message: new("ReplicationGroup " + value(id) + " not found.")}
	}
	return g, nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Authenticates reports whether an AUTH token is good for a replication group; a
// group without tokens takes any.
func (s *Service) Authenticates(groupID, token string) bool {
	g, ok := s.groups.Get(groupID)
	if !ok || len(g.Tokens) == 0 {
		return ok
	}
	return slices.ContainsFunc(g.Tokens, func(good string) bool {
		return subtle.ConstantTimeCompare([]byte(good), []byte(hash(token))) == 1
	})
}

func (s *Service) createGroup(id string, p groupProperties, tags map[string]string) (replicationGroup, error) {
	id = strings.ToLower(id)
	if err := checkID("ReplicationGroupIdentifier", id); err != nil {
		return replicationGroup{}, err
	}
	if _, taken := s.groups.Get(id); taken {
		return replicationGroup{}, &types.ReplicationGroupAlreadyExistsFault{Message: new("Replication group already exists with same id.")}
	}
	if err := s.check(p); err != nil {
		return replicationGroup{}, err
	}
	g := replicationGroup{ID: id, Created: s.now(), AllTags: tags, Label: s.host.ID(host.LowerID, 6)}
	g = s.withToken(g, p.AuthToken, types.AuthTokenUpdateStrategyTypeSet)
	p.AuthToken = nil
	g.Properties = p
	s.groups.Set(id, g)
	if err := s.serve(g); err != nil {
		s.groups.Delete(id)
		return g, err
	}
	return g, nil
}

func (s *Service) now() time.Time { return s.host.Clock.Now().UTC().Truncate(time.Millisecond) }

// withToken applies a token: SET leaves it the only one, ROTATE leaves the last
// one good beside it, DELETE leaves none.
func (s *Service) withToken(g replicationGroup, token *string, how types.AuthTokenUpdateStrategyType) replicationGroup {
	switch {
	case how == types.AuthTokenUpdateStrategyTypeDelete:
		g.Tokens = nil
	case token == nil:
		return g
	case how == types.AuthTokenUpdateStrategyTypeRotate && len(g.Tokens) > 0 && g.Tokens[len(g.Tokens)-1] != hash(*token):
		g.Tokens = []string{g.Tokens[len(g.Tokens)-1], hash(*token)}
	default:
		g.Tokens = []string{hash(*token)}
	}
	g.TokenChanged = new(s.now())
	return g
}

// CreateReplicationGroup makes a replication group, available at once.
func (s *Service) CreateReplicationGroup(_ context.Context, in *elasticache.CreateReplicationGroupInput) (*elasticache.CreateReplicationGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tags := map[string]string{}
	for _, tag := range in.Tags {
		tags[value(tag.Key)] = value(tag.Value)
	}
	g, err := s.createGroup(value(in.ReplicationGroupId), groupProperties{
		AtRestEncryptionEnabled: in.AtRestEncryptionEnabled, AuthToken: in.AuthToken, AutoMinorVersionUpgrade: in.AutoMinorVersionUpgrade,
		AutomaticFailoverEnabled: in.AutomaticFailoverEnabled, CacheNodeType: in.CacheNodeType, CacheParameterGroupName: in.CacheParameterGroupName,
		CacheSubnetGroupName: in.CacheSubnetGroupName, Engine: in.Engine, EngineVersion: in.EngineVersion, KmsKeyId: in.KmsKeyId,
		MultiAZEnabled: in.MultiAZEnabled, NumCacheClusters: in.NumCacheClusters, NumNodeGroups: in.NumNodeGroups, Port: in.Port,
		PreferredMaintenanceWindow: in.PreferredMaintenanceWindow, ReplicasPerNodeGroup: in.ReplicasPerNodeGroup,
		ReplicationGroupDescription: value(in.ReplicationGroupDescription), SecurityGroupIds: in.SecurityGroupIds,
		SnapshotRetentionLimit: in.SnapshotRetentionLimit, SnapshotWindow: in.SnapshotWindow, TransitEncryptionEnabled: in.TransitEncryptionEnabled,
	}, tags)
	if err != nil {
		return nil, err
	}
	return &elasticache.CreateReplicationGroupOutput{ReplicationGroup: new(s.showGroup(g))}, nil
}

// ModifyReplicationGroup changes a replication group at once.
func (s *Service) ModifyReplicationGroup(_ context.Context, in *elasticache.ModifyReplicationGroupInput) (*elasticache.ModifyReplicationGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(in.ReplicationGroupId)
	if err != nil {
		return nil, err
	}
	p := g.Properties
	p.AuthToken = in.AuthToken
	set(&p.AutoMinorVersionUpgrade, in.AutoMinorVersionUpgrade)
	set(&p.AutomaticFailoverEnabled, in.AutomaticFailoverEnabled)
	set(&p.CacheNodeType, in.CacheNodeType)
	set(&p.CacheParameterGroupName, in.CacheParameterGroupName)
	set(&p.EngineVersion, in.EngineVersion)
	set(&p.MultiAZEnabled, in.MultiAZEnabled)
	set(&p.PreferredMaintenanceWindow, in.PreferredMaintenanceWindow)
	set(&p.SnapshotRetentionLimit, in.SnapshotRetentionLimit)
	set(&p.SnapshotWindow, in.SnapshotWindow)
	set(&p.TransitEncryptionEnabled, in.TransitEncryptionEnabled)
	if in.ReplicationGroupDescription != nil {
		p.ReplicationGroupDescription = *in.ReplicationGroupDescription
	}
	if in.SecurityGroupIds != nil {
		p.SecurityGroupIds = in.SecurityGroupIds
	}
	g, err = s.changeGroup(g, p, in.AuthTokenUpdateStrategy)
	if err != nil {
		return nil, err
	}
	return &elasticache.ModifyReplicationGroupOutput{ReplicationGroup: new(s.showGroup(g))}, nil
}

func set[T any](field **T, to *T) {
	if to != nil {
		*field = to
	}
}

// changeGroup gives a group other properties; a token in them is applied the way
// that how says, by default beside the old one.
func (s *Service) changeGroup(g replicationGroup, p groupProperties, how types.AuthTokenUpdateStrategyType) (replicationGroup, error) {
	if err := s.check(p); err != nil {
		return g, err
	}
	if how == types.AuthTokenUpdateStrategyTypeDelete && p.AuthToken != nil {
		return g, combination("AuthToken cannot be given when AuthTokenUpdateStrategy is DELETE.")
	}
	if how == "" {
		how = types.AuthTokenUpdateStrategyTypeRotate
	}
	g = s.withToken(g, p.AuthToken, how)
	p.AuthToken = nil
	g.Properties = p
	s.groups.Set(g.ID, g)
	s.servers.secure(g.ID)
	return g, nil
}

// DeleteReplicationGroup removes a replication group with its nodes.
func (s *Service) DeleteReplicationGroup(_ context.Context, in *elasticache.DeleteReplicationGroupInput) (*elasticache.DeleteReplicationGroupOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.findGroup(in.ReplicationGroupId)
	if err != nil {
		return nil, err
	}
	s.groups.Delete(g.ID)
	s.servers.end(g.ID)
	shown := s.showGroup(g)
	shown.Status = new("deleting")
	return &elasticache.DeleteReplicationGroupOutput{ReplicationGroup: &shown}, nil
}

// ListTagsForResource lists the tags of what an ARN names.
func (s *Service) ListTagsForResource(_ context.Context, in *elasticache.ListTagsForResourceInput) (*elasticache.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind, name, _ := strings.Cut(strings.TrimPrefix(value(in.ResourceName), s.host.ARN("elasticache", "")), ":")
	var tags map[string]string
	switch kind {
	case "replicationgroup":
		g, err := s.findGroup(&name)
		if err != nil {
			return nil, err
		}
		tags = g.AllTags
	case "subnetgroup":
		g, ok := s.subnetGroups.Get(name)
		if !ok {
			return nil, noSubnetGroup(name)
		}
		tags = g.AllTags
	case "parametergroup":
		g, err := s.findParameterGroup(name)
		if err != nil {
			return nil, err
		}
		tags = g.AllTags
	default:
		return nil, &types.InvalidARNFault{Message: new("The ARN " + value(in.ResourceName) + " is invalid.")}
	}
	out := &elasticache.ListTagsForResourceOutput{TagList: []types.Tag{}}
	for _, tag := range allTags(tags) {
		out.TagList = append(out.TagList, types.Tag{Key: &tag.Key, Value: &tag.Value})
	}
	return out, nil
}

func allTags(tags map[string]string) []resource.Tag {
	var out []resource.Tag
	for key, v := range tags {
		out = append(out, resource.Tag{Key: key, Value: v})
	}
	slices.SortFunc(out, func(a, b resource.Tag) int { return strings.Compare(a.Key, b.Key) })
	return out
}
