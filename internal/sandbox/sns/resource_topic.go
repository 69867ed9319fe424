package sns

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// topicProperties are the properties of AWS::SNS::Topic.
type topicProperties struct {
	TopicName                 string
	DisplayName               string
	FifoTopic                 *bool
	ContentBasedDeduplication *bool
	FifoThroughputScope       string
	KMSMasterKeyID            string `json:"KmsMasterKeyId"`
	SignatureVersion          string
	TracingConfig             string
	ArchivePolicy             any
	Subscription              []endpointProperties
	Tags                      []resource.Tag
}

// endpointProperties are a subscription that stands in the topic itself.
type endpointProperties struct {
	Endpoint string `cfn:"required"`
	Protocol string `cfn:"required"`
}

func (s *Service) topicType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::SNS::Topic", NameProperty: "TopicName", CreateOnly: []string{"TopicName", "FifoTopic"},
		WriteOnly:  []string{"Subscription"},
		Attributes: []string{"TopicArn", "TopicName"},
		Times:      resource.Times{Create: 10 * time.Second, Update: 10 * time.Second, Delete: 5 * time.Second},
	}, resource.Steps[topicProperties]{
		Create: s.createResource, Update: s.updateResource, Delete: s.deleteResource, Read: s.readResource,
		Find: func(_ context.Context, p *topicProperties) (resource.Result, bool) {
			_, ok := s.topics.Get(p.TopicName)
			return s.result(p.TopicName), ok
		},
	})
}

func (s *Service) result(name string) resource.Result {
	return resource.Result{PhysicalID: s.arn(name), Attributes: map[string]any{"TopicArn": s.arn(name), "TopicName": name}}
}

// attributes gives the properties as SNS's attributes.
func (p *topicProperties) attributes() map[string]string {
	out := map[string]string{
		"DisplayName": p.DisplayName, "FifoThroughputScope": p.FifoThroughputScope, "KmsMasterKeyId": p.KMSMasterKeyID,
		"SignatureVersion": p.SignatureVersion, "TracingConfig": p.TracingConfig, "ArchivePolicy": resource.Document(p.ArchivePolicy),
	}
	if p.FifoTopic != nil && *p.FifoTopic {
		out["FifoTopic"] = "true"
	}
	if p.ContentBasedDeduplication != nil {
		out["ContentBasedDeduplication"] = strconv.FormatBool(*p.ContentBasedDeduplication)
	}
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out
}

func (s *Service) createResource(ctx context.Context, r resource.Request, p *topicProperties) (resource.Result, error) {
	name := p.TopicName
	if name == "" {
		name = r.GeneratedName(256 - len(fifoSuffix))
		if p.FifoTopic != nil && *p.FifoTopic {
			name += fifoSuffix
		}
	}
	if _, ok := s.topics.Get(name); ok {
		return resource.Result{}, &resource.Error{
			Code: "AlreadyExists", Message: "Resource of type 'AWS::SNS::Topic' with identifier '" + s.arn(name) + "' already exists.",
		}
	}
	if _, err := s.CreateTopic(ctx, &sns.CreateTopicInput{Name: &name, Attributes: p.attributes()}); err != nil {
		return resource.Result{}, err
	}
	r.PhysicalID = s.arn(name)
	return s.updateResource(ctx, r, p)
}

// updateResource sets what the properties say, and takes back what they no longer
// say. The topic's policy belongs to AWS::SNS::TopicPolicy and stays.
func (s *Service) updateResource(ctx context.Context, r resource.Request, p *topicProperties) (resource.Result, error) {
	if err := s.setProperties(r, p); err != nil {
		return resource.Result{}, err
	}
	before := new(topicProperties)
	if err := resource.Decode(r.Previous, before); err != nil {
		return resource.Result{}, err
	}
	for _, e := range p.Subscription {
		if _, err := s.Subscribe(ctx, &sns.SubscribeInput{TopicArn: &r.PhysicalID, Protocol: &e.Protocol, Endpoint: &e.Endpoint}); err != nil {
			return resource.Result{}, err
		}
	}
	for _, e := range before.Subscription {
		if !slices.Contains(p.Subscription, e) {
			s.dropSubscription(r.PhysicalID, e)
		}
	}
	return s.result(strings.TrimPrefix(r.PhysicalID, s.arn(""))), nil
}

func (s *Service) setProperties(r resource.Request, p *topicProperties) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(&r.PhysicalID)
	if err != nil {
		return err
	}
	wanted := p.attributes()
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if err := checkAttribute(name, wanted[name], onCreate); err != nil {
			return err
		}
	}
	for _, name := range []string{"Policy", "DeliveryPolicy"} {
		if value, ok := t.Attributes[name]; ok {
			wanted[name] = value
		}
	}
	t.Attributes, t.Tags = wanted, r.AllTags(p.Tags)
	s.topics.Set(t.Name, t)
	return nil
}

func (s *Service) dropSubscription(topicARN string, e endpointProperties) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for arn, sub := range s.subscriptions.All() {
		if sub.TopicARN == topicARN && sub.Protocol == e.Protocol && sub.Endpoint == e.Endpoint {
			s.subscriptions.Delete(arn)
		}
	}
}

func (s *Service) deleteResource(ctx context.Context, r resource.Request, _ *topicProperties) error {
	_, err := s.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: &r.PhysicalID})
	return err
}

// readResource leaves Subscription out: a topic does not know which of its
// subscriptions stood in its own properties.
func (s *Service) readResource(_ context.Context, physicalID string) (*topicProperties, bool) {
	t, err := s.find(&physicalID)
	if err != nil {
		return nil, false
	}
	a := t.Attributes
	return &topicProperties{
		TopicName: t.Name, DisplayName: a["DisplayName"], FifoTopic: flag(a, "FifoTopic"),
		ContentBasedDeduplication: flag(a, "ContentBasedDeduplication"), FifoThroughputScope: a["FifoThroughputScope"],
		KMSMasterKeyID: a["KmsMasterKeyId"], SignatureVersion: a["SignatureVersion"], TracingConfig: a["TracingConfig"],
		ArchivePolicy: resource.Parsed(a["ArchivePolicy"]), Tags: resource.OwnTags(t.Tags),
	}, true
}

func flag(from map[string]string, name string) *bool {
	b, err := strconv.ParseBool(from[name])
	if err != nil {
		return nil
	}
	return &b
}
