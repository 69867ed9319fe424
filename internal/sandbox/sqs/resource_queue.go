package sqs

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// queueProperties are the properties of AWS::SQS::Queue.
type queueProperties struct {
	QueueName                     string
	FifoQueue                     *bool
	ContentBasedDeduplication     *bool
	DeduplicationScope            string
	FifoThroughputLimit           string
	DelaySeconds                  *int
	MaximumMessageSize            *int
	MessageRetentionPeriod        *int
	ReceiveMessageWaitTimeSeconds *int
	VisibilityTimeout             *int
	KmsMasterKeyId                string //nolint:revive // the property's own name
	KmsDataKeyReusePeriodSeconds  *int
	SqsManagedSseEnabled          *bool
	RedrivePolicy                 any
	RedriveAllowPolicy            any
	Tags                          []resource.Tag
}

func (s *Service) queueType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SQS::Queue", NameProperty: "QueueName", CreateOnly: []string{"QueueName", "FifoQueue"},
		Attributes: []string{"Arn", "QueueName", "QueueUrl"},
		Times:      resource.Times{Create: 35 * time.Second, Update: 35 * time.Second, Delete: 35 * time.Second},
	}, resource.Steps[queueProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource,
		Find: func(_ context.Context, p *queueProperties) (resource.Result, bool) {
			_, ok := s.queues.Get(p.QueueName)
			return s.result(p.QueueName), ok
		},
	})
}

func (s *Service) createResource(ctx context.Context, r resource.Request, p *queueProperties) (resource.Result, error) {
	name := p.QueueName
	if name == "" {
		name = r.GeneratedName(80 - len(fifoSuffix))
		if p.FifoQueue != nil && *p.FifoQueue {
			name += fifoSuffix
		}
	}
	if _, ok := s.queues.Get(name); ok {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: "Resource of type 'AWS::SQS::Queue' with identifier '" + name + "' already exists."}
	}
	_, err := s.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name, Attributes: p.attributes(), Tags: r.AllTags(p.Tags)})
	return s.result(name), err
}

func (s *Service) result(name string) resource.Result {
	return resource.Result{PhysicalID: s.url(name), Attributes: map[string]any{
		"Arn": s.arn(name), "QueueName": name, "QueueUrl": s.url(name),
	}}
}

// updateResource sets what the properties say and takes back to its default what
// they no longer say.
func (s *Service) updateResource(_ context.Context, r resource.Request, p *queueProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(&r.PhysicalID)
	if err != nil {
		return resource.Result{}, err
	}
	wanted := p.attributes()
	delete(wanted, "FifoQueue")
	if err := s.checkAttributes(q, wanted, onSet); err != nil {
		return resource.Result{}, err
	}
	policy := q.Attributes["Policy"]
	q.Attributes = defaults(q.fifo())
	q.Tags = r.AllTags(p.Tags)
	if policy != "" {
		q.Attributes["Policy"] = policy
	}
	s.setAttributes(q, wanted)
	return s.result(q.Name), nil
}

// deleteResource leaves the name free: CloudFormation waits until it is.
func (s *Service) deleteResource(_ context.Context, r resource.Request, _ *queueProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q, ok := s.queues.Get(nameOf(&r.PhysicalID)); ok {
		s.drop(q)
	}
	return nil
}

func (s *Service) readResource(_ context.Context, physicalID string) (*queueProperties, bool) {
	q, ok := s.queues.Get(nameOf(&physicalID))
	if !ok {
		return nil, false
	}
	a := q.Attributes
	return &queueProperties{
		QueueName: q.Name, FifoQueue: flag(a, "FifoQueue"), ContentBasedDeduplication: flag(a, "ContentBasedDeduplication"),
		DeduplicationScope: a["DeduplicationScope"], FifoThroughputLimit: a["FifoThroughputLimit"],
		DelaySeconds: number(a, "DelaySeconds"), MaximumMessageSize: number(a, "MaximumMessageSize"),
		MessageRetentionPeriod:        number(a, "MessageRetentionPeriod"),
		ReceiveMessageWaitTimeSeconds: number(a, "ReceiveMessageWaitTimeSeconds"),
		VisibilityTimeout:             number(a, "VisibilityTimeout"), KmsMasterKeyId: a["KmsMasterKeyId"],
		KmsDataKeyReusePeriodSeconds: number(a, "KmsDataKeyReusePeriodSeconds"),
		SqsManagedSseEnabled:         flag(a, "SqsManagedSseEnabled"), RedrivePolicy: resource.Parsed(a["RedrivePolicy"]),
		RedriveAllowPolicy: resource.Parsed(a["RedriveAllowPolicy"]), Tags: resource.OwnTags(q.Tags),
	}, true
}

// attributes gives the properties that were set as SQS's attributes.
func (p *queueProperties) attributes() map[string]string {
	out := map[string]string{}
	for name, value := range resource.Encode(p) {
		if text, ok := resource.Text(value); ok {
			out[name] = text
		}
	}
	maps.DeleteFunc(out, func(name, _ string) bool { return name == "QueueName" || name == "FifoQueue" })
	if p.FifoQueue != nil && *p.FifoQueue {
		out["FifoQueue"] = "true"
	}
	for name, policy := range map[string]any{"RedrivePolicy": p.RedrivePolicy, "RedriveAllowPolicy": p.RedriveAllowPolicy} {
		if text := resource.Document(policy); text != "" {
			out[name] = text
		}
	}
	return out
}

func number(from map[string]string, name string) *int {
	n, err := strconv.Atoi(from[name])
	if err != nil {
		return nil
	}
	return &n
}

func flag(from map[string]string, name string) *bool {
	b, err := strconv.ParseBool(from[name])
	if err != nil {
		return nil
	}
	return &b
}
