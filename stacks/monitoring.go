package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// monitoring has the dashboard, the alarms, the verdict over them, and the topic
// that tells people.
func monitoring(s stack) {
	socket := s.read(platform.WebSocketAPIID)
	topic := s.topic()
	for _, a := range s.alarms() {
		s.alarm(a, topic)
	}
	s.verdict()
	s.dashboard(socket)
}

// topic is encrypted with a key of its own: alarms cannot publish through the
// AWS-managed key of SNS.
func (s stack) topic() awssns.CfnTopic {
	key := awskms.NewCfnKey(s.scope, jsii.String("AlertsKey"), &awskms.CfnKeyProps{
		Description:       jsii.String("Encrypts the alerts on their way"),
		EnableKeyRotation: true,
		KeyPolicy:         document(keyStatements()...),
	})
	key.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	topic := awssns.NewCfnTopic(s.scope, jsii.String("Alerts"), &awssns.CfnTopicProps{
		TopicName: jsii.String(s.env.TopicName()), KmsMasterKeyId: key.Ref(),
	})
	awssns.NewCfnTopicPolicy(s.scope, jsii.String("AlertsPolicy"), &awssns.CfnTopicPolicyProps{
		Topics:         &[]*string{topic.Ref()},
		PolicyDocument: document(s.topicStatements()...),
	})
	email := s.parameter(platform.ParameterAlarmEmail, "", "Address that is told of alarms; empty for none")
	subscribed := s.unlessEmpty("HasAlarmEmail", email)
	subscription := awssns.NewCfnSubscription(s.scope, jsii.String("AlarmEmailSubscription"), &awssns.CfnSubscriptionProps{
		TopicArn: topic.Ref(), Protocol: jsii.String("email"), Endpoint: email,
	})
	subscription.CfnOptions().SetCondition(subscribed)
	s.output("AlertsTopicArn", "SNS topic of the alarms", arn("sns", s.env.TopicName()))
	return topic
}

// fromAlarms holds for requests that CloudWatch makes for this account's alarms.
func fromAlarms() map[string]any {
	return map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": sub("${AWS::AccountId}")},
		"ArnLike":      map[string]any{"aws:SourceArn": sub(arn("cloudwatch", "alarm:*"))},
	}
}

func keyStatements() []statement {
	return []statement{
		{
			sid: "Administer", principal: map[string]any{"AWS": sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
			actions: []string{"kms:*"}, resources: []string{"*"},
		},
		{
			sid: "UseByAlarms", principal: map[string]any{"Service": "cloudwatch.amazonaws.com"},
			actions: []string{"kms:Decrypt", "kms:GenerateDataKey"}, resources: []string{"*"}, condition: fromAlarms(),
		},
	}
}

func (s stack) topicStatements() []statement {
	topic := []string{arn("sns", s.env.TopicName())}
	return []statement{
		{
			sid: "PublishByAlarms", principal: map[string]any{"Service": "cloudwatch.amazonaws.com"},
			actions: []string{"sns:Publish"}, resources: topic, condition: fromAlarms(),
		},
		{
			sid: "DemandTls", deny: true, principal: map[string]any{"AWS": "*"},
			actions: []string{"sns:Publish"}, resources: topic,
			condition: map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
		},
	}
}

func (s stack) alarm(a alarm, topic awssns.CfnTopic) {
	props := &awscloudwatch.CfnAlarmProps{
		AlarmName:          jsii.String(s.env.AlarmName(a.what)),
		AlarmDescription:   jsii.String(a.description),
		ComparisonOperator: jsii.String("GreaterThanOrEqualToThreshold"),
		Threshold:          jsii.Number(a.threshold),
		EvaluationPeriods:  number(a.periods()),
		TreatMissingData:   jsii.String("notBreaching"),
		AlarmActions:       &[]*string{topic.Ref()},
		OkActions:          &[]*string{topic.Ref()},
	}
	a.watch(props)
	awscloudwatch.NewCfnAlarm(s.scope, jsii.String(pascal(a.what)), props)
}
