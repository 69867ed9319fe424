package stacks

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticache"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// database has the single table, Redis with the network around it, and the
// queues.
func database(s stack) {
	redis := s.cache(s.network())
	s.table(redis)
	for _, q := range platform.Queues {
		s.queue(q)
	}
}

// table is the single table. A protected one is made after Redis, which takes long
// and may fail for want of capacity: CloudFormation's rollback cannot delete it.
func (s stack) table(redis awselasticache.CfnReplicationGroup) {
	table := awsdynamodb.NewTable(s.scope, jsii.String("MainTable"), &awsdynamodb.TableProps{
		TableName:    jsii.String(s.env.TableName()),
		PartitionKey: stringKey(platform.PartitionKey),
		SortKey:      stringKey(platform.SortKey),
		// On demand scales by itself, in both tiers.
		BillingMode:         awsdynamodb.BillingMode_PAY_PER_REQUEST,
		TimeToLiveAttribute: jsii.String(platform.TTLAttribute),
		Encryption:          awsdynamodb.TableEncryption_AWS_MANAGED,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(s.tier.PointInTimeRecovery),
		},
		DeletionProtection: jsii.Bool(s.tier.DeletionProtection),
		RemovalPolicy:      s.keep(),
	})
	for _, index := range platform.Indexes {
		table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
			IndexName:    jsii.String(string(index)),
			PartitionKey: stringKey(index.PartitionKey()),
			SortKey:      stringKey(index.SortKey()),
		})
	}
	if s.tier.DeletionProtection {
		table.Node().AddDependency(redis)
	}
	s.output("TableName", "DynamoDB table", s.env.TableName())
}

func stringKey(name string) *awsdynamodb.Attribute {
	return &awsdynamodb.Attribute{Name: jsii.String(name), Type: awsdynamodb.AttributeType_STRING}
}

// cache is Redis as a replication group, the form that has TLS and AUTH.
func (s stack) cache(net network) awselasticache.CfnReplicationGroup {
	subnets := awselasticache.NewCfnSubnetGroup(s.scope, jsii.String("RedisSubnets"), &awselasticache.CfnSubnetGroupProps{
		CacheSubnetGroupName: jsii.String(s.env.CacheSubnetGroupName()),
		Description:          jsii.String("Isolated subnets of the Redis nodes"),
		SubnetIds:            net.subnetIDs(),
	})
	redis := awselasticache.NewCfnReplicationGroup(s.scope, jsii.String("Redis"), &awselasticache.CfnReplicationGroupProps{
		ReplicationGroupId:          jsii.String(s.env.CacheName()),
		ReplicationGroupDescription: jsii.String("Cache and session store"),
		Engine:                      jsii.String("redis"),
		EngineVersion:               jsii.String("7.1"),
		CacheNodeType:               jsii.String(s.tier.CacheNodeType),
		NumCacheClusters:            number(s.tier.CacheNodes),
		AutomaticFailoverEnabled:    s.tier.CacheMultiAZ,
		MultiAzEnabled:              s.tier.CacheMultiAZ,
		SnapshotRetentionLimit:      number(s.tier.CacheSnapshotDays),
		AutoMinorVersionUpgrade:     true,
		Port:                        number(platform.CachePort),
		CacheSubnetGroupName:        subnets.Ref(),
		SecurityGroupIds:            &[]*string{net.cache.SecurityGroupId()},
		AtRestEncryptionEnabled:     true,
		TransitEncryptionEnabled:    true,
		AuthToken:                   jsii.String("{{resolve:secretsmanager:" + s.env.SecretName(platform.DatabaseSecret) + ":SecretString:" + platform.RedisAuthTokenKey + "}}"),
	})
	redis.ApplyRemovalPolicy(s.keepSnapshot(), nil)
	s.publish(platform.RedisEndpoint, awscdk.Fn_Join(jsii.String(":"), &[]*string{redis.AttrPrimaryEndPointAddress(), redis.AttrPrimaryEndPointPort()}))
	return redis
}

// keepSnapshot keeps a cache's last snapshot where data is kept.
func (s stack) keepSnapshot() awscdk.RemovalPolicy {
	if s.tier.Retain {
		return awscdk.RemovalPolicy_SNAPSHOT
	}
	return awscdk.RemovalPolicy_DESTROY
}

// queue is a source queue, its dead-letter queue, and policies that demand TLS.
func (s stack) queue(q platform.Queue) {
	spec := q.Spec()
	dead := awssqs.NewQueue(s.scope, jsii.String(pascal(q.DeadLetter())), &awssqs.QueueProps{
		QueueName:       jsii.String(s.env.DeadLetterQueueName(q)),
		RetentionPeriod: seconds(platform.DeadLetterRetention),
		Encryption:      awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:      jsii.Bool(true),
	})
	plain[awssqs.CfnQueue](dead).SetRedriveAllowPolicy(map[string]any{
		"redrivePermission": "byQueue", "sourceQueueArns": subs([]string{s.queueARN(q)}),
	})
	source := awssqs.NewQueue(s.scope, jsii.String(pascal(string(q), "queue")), &awssqs.QueueProps{
		QueueName:         jsii.String(s.env.QueueName(q)),
		VisibilityTimeout: seconds(q.VisibilityTimeout()),
		RetentionPeriod:   seconds(spec.Retention),
		Encryption:        awssqs.QueueEncryption_SQS_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		DeadLetterQueue:   &awssqs.DeadLetterQueue{Queue: dead, MaxReceiveCount: number(spec.MaxReceiveCount)},
	})
	awscdk.NewCfnOutput(s.scope, jsii.String(pascal(string(q), "queue-url")), &awscdk.CfnOutputProps{
		Value: source.QueueUrl(), Description: jsii.String("URL of the queue of the " + string(spec.Consumer)),
	})
}

func seconds(d time.Duration) awscdk.Duration {
	return awscdk.Duration_Seconds(jsii.Number(d.Seconds()))
}
