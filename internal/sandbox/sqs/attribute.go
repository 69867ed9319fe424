package sqs

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// attribute is the rule for one attribute that can be set.
type attribute struct {
	// min and max bound a number; max 0 is no number.
	min, max int
	// values are the only ones allowed, if there are any.
	values []string
	// fifoOnly and createOnly: on FIFO queues alone, and never changed.
	fifoOnly, createOnly bool
	document             bool
}

var boolean = []string{"true", "false"}

// attributes has AWS's bounds (SetQueueAttributes in the API reference).
var attributes = map[string]attribute{
	"DelaySeconds":                  {max: 900},
	"MaximumMessageSize":            {min: 1024, max: 1 << 20},
	"MessageRetentionPeriod":        {min: 60, max: 1209600},
	"ReceiveMessageWaitTimeSeconds": {max: 20},
	"VisibilityTimeout":             {max: 43200},
	"KmsDataKeyReusePeriodSeconds":  {min: 60, max: 86400},
	"KmsMasterKeyId":                {},
	"SqsManagedSseEnabled":          {values: boolean},
	"Policy":                        {document: true},
	"RedrivePolicy":                 {},
	"RedriveAllowPolicy":            {},
	"FifoQueue":                     {values: []string{"true"}, fifoOnly: true, createOnly: true},
	"ContentBasedDeduplication":     {values: boolean, fifoOnly: true},
	"DeduplicationScope":            {values: []string{"messageGroup", "queue"}, fifoOnly: true},
	"FifoThroughputLimit":           {values: []string{"perQueue", "perMessageGroupId"}, fifoOnly: true},
}

// defaults are the attributes of a queue for which none were given.
func defaults(fifo bool) map[string]string {
	out := map[string]string{
		"DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
		"ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30", "SqsManagedSseEnabled": "true",
	}
	if fifo {
		maps.Copy(out, map[string]string{
			"FifoQueue": "true", "ContentBasedDeduplication": "false",
			"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue",
		})
	}
	return out
}

type moment bool

const (
	onCreate moment = true
	onSet    moment = false
)

// checkAttributes holds what a caller wants to set on q against the rules.
func (s *Service) checkAttributes(q queue, wanted map[string]string, when moment) error {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		rule, ok := attributes[name]
		if !ok || (rule.createOnly && when == onSet) || (rule.fifoOnly && !q.fifo()) {
			return unknownAttribute(name)
		}
		if !rule.allows(wanted[name]) {
			return &types.InvalidAttributeValue{Message: new("Invalid value for the parameter " + name + ".")}
		}
	}
	if err := s.checkRedrive(q, wanted["RedrivePolicy"]); err != nil {
		return err
	}
	return checkRedriveAllow(wanted["RedriveAllowPolicy"])
}

func (a attribute) allows(value string) bool {
	switch {
	case a.max > 0:
		n, err := strconv.Atoi(value)
		return err == nil && n >= a.min && n <= a.max
	case a.values != nil:
		return slices.Contains(a.values, value)
	case a.document:
		return value == "" || json.Valid([]byte(value))
	}
	return true
}

func unknownAttribute(name string) error {
	return &types.InvalidAttributeName{Message: new("Unknown Attribute " + name + ".")}
}

// apply sets attributes on a queue's. An empty value unsets one, and a KMS key and
// SQS's own encryption exclude each other.
func apply(onto, wanted map[string]string) {
	for name, value := range wanted {
		if value == "" {
			delete(onto, name)
			continue
		}
		onto[name] = value
	}
	if onto["KmsMasterKeyId"] != "" && wanted["SqsManagedSseEnabled"] != "true" {
		onto["SqsManagedSseEnabled"] = "false"
	} else if onto["SqsManagedSseEnabled"] == "true" {
		delete(onto, "KmsMasterKeyId")
	}
}
