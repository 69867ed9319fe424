package elasticache_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/elasticache"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestAnswersAreMotos(t *testing.T) {
	ours := elasticache.NewFromConfig(oracle.Config(serve(t, oracle.Host()).Wire()))
	id := new("group")
	oracle.Compare(t, ours, elasticache.NewFromConfig(oracle.Moto(t)), []oracle.Step[*elasticache.Client]{
		{Name: "no groups", Call: func(c *elasticache.Client) (any, error) {
			out, err := c.DescribeReplicationGroups(t.Context(), &elasticache.DescribeReplicationGroupsInput{})
			if err != nil {
				return nil, err
			}
			return len(out.ReplicationGroups), nil
		}},
		{Name: "no such group", Call: func(c *elasticache.Client) (any, error) {
			return c.DescribeReplicationGroups(t.Context(), &elasticache.DescribeReplicationGroupsInput{ReplicationGroupId: id})
		}},
		{Name: "create", Call: func(c *elasticache.Client) (any, error) {
			out, err := c.CreateReplicationGroup(t.Context(), &elasticache.CreateReplicationGroupInput{
				ReplicationGroupId: id, ReplicationGroupDescription: new("d"), Engine: new("redis"), CacheNodeType: new("cache.t3.micro"),
				NumCacheClusters: new(int32(1)), TransitEncryptionEnabled: new(true),
			})
			if err != nil {
				return nil, err
			}
			g := out.ReplicationGroup
			return []any{g.ReplicationGroupId, g.ARN, g.MemberClusters, g.AutomaticFailover, g.TransitEncryptionEnabled, g.Description}, nil
		}},
		{Name: "create again", Call: func(c *elasticache.Client) (any, error) {
			return c.CreateReplicationGroup(t.Context(), &elasticache.CreateReplicationGroupInput{
				ReplicationGroupId: id, ReplicationGroupDescription: new("d"), Engine: new("redis"), CacheNodeType: new("cache.t3.micro"),
			})
		}},
		{Name: "delete", Call: func(c *elasticache.Client) (any, error) {
			out, err := c.DeleteReplicationGroup(t.Context(), &elasticache.DeleteReplicationGroupInput{ReplicationGroupId: id})
			if err != nil {
				return nil, err
			}
			return out.ReplicationGroup.Status, nil
		}},
	})
}
