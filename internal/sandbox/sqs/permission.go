package sqs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/lazy"
)

// maxActions is how many actions a statement of a queue's policy has at most.
const maxActions = 7

var labelGrammar = lazy.Regexp(`^[A-Za-z0-9_-]{1,80}$`)

// queuePolicy is a queue's policy with statements of any form.
type queuePolicy struct {
	Version   string
	ID        string `json:"Id,omitempty"`
	Statement []map[string]any
}

func (q queue) policy() queuePolicy {
	var p queuePolicy
	_ = json.Unmarshal([]byte(q.Attributes["Policy"]), &p) // another form is replaced, as is none
	return p
}

func (p queuePolicy) find(label string) int {
	return slices.IndexFunc(p.Statement, func(s map[string]any) bool { return s["Sid"] == label })
}

// AddPermission adds a statement to the queue's policy. Who may do what is written
// down; the sandbox lets its one account do everything.
func (s *Service) AddPermission(_ context.Context, in *sqs.AddPermissionInput) (*sqs.AddPermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	label, p := aws.ToString(in.Label), q.policy()
	switch {
	case !labelGrammar().MatchString(label):
		return nil, outOf("Label", label, "Must be 1 to 80 alphanumeric characters, hyphens or underscores.")
	case len(in.Actions) == 0:
		return nil, missing("Actions")
	case len(in.AWSAccountIds) == 0:
		return nil, missing("AWSAccountIds")
	case len(in.Actions) > maxActions:
		return nil, &types.OverLimit{Message: new(fmt.Sprintf("%d Actions were found, maximum allowed is %d.", len(in.Actions), maxActions))}
	case p.find(label) >= 0:
		return nil, outOf("Label", label, "Already exists.")
	}
	var actions, principals []string
	for _, action := range in.Actions {
		actions = append(actions, "SQS:"+action)
	}
	for _, account := range in.AWSAccountIds {
		principals = append(principals, "arn:aws:iam::"+account+":root")
	}
	if p.Version == "" {
		p.Version, p.ID = "2008-10-17", s.arn(q.Name)+"/SQSDefaultPolicy"
	}
	p.Statement = append(p.Statement, map[string]any{
		"Sid": label, "Effect": "Allow", "Principal": map[string]any{"AWS": oneOrMany(principals)}, "Action": oneOrMany(actions), "Resource": s.arn(q.Name),
	})
	s.keepPolicy(q, p)
	return &sqs.AddPermissionOutput{}, nil
}

// RemovePermission removes a statement from the queue's policy.
func (s *Service) RemovePermission(_ context.Context, in *sqs.RemovePermissionInput) (*sqs.RemovePermissionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.find(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	label, p := aws.ToString(in.Label), q.policy()
	at := p.find(label)
	if at < 0 {
		return nil, outOf("Label", label, "can't find label.")
	}
	p.Statement = slices.Delete(p.Statement, at, at+1)
	s.keepPolicy(q, p)
	return &sqs.RemovePermissionOutput{}, nil
}

func (s *Service) keepPolicy(q queue, p queuePolicy) {
	text, err := json.Marshal(p)
	if err != nil {
		panic("sqs: a policy: " + err.Error())
	}
	s.setAttributes(q, map[string]string{"Policy": string(text)})
}

// oneOrMany is how policies write a list.
func oneOrMany(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}
