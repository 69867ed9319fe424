package cloudtrail

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// event is one call as it is kept.
type event struct {
	Number                                      uint64
	ID                                          string
	At                                          time.Time
	Service, Name, RequestID                    string
	AccessKey, Caller, CallerID, Agent, Address string
	Parameters                                  map[string]any `json:",omitempty"`
	// Error is the code of the error that it was answered with. CloudTrail has the
	// message too, which may quote what was sent.
	Error string `json:",omitempty"`
}

// codeOf is the code of an error as AWS has it in its events.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if coded, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok {
		return coded.ErrorCode()
	}
	return "InternalFailure"
}

// source is the service's name in events.
func (e event) source() string { return e.Service + ".amazonaws.com" }

// user is the name by which a caller is looked up: a role's session, or root.
func (e event) user() string { return e.Caller[strings.LastIndexAny(e.Caller, "/:")+1:] }

// resources are what the parameters name.
func (e event) resources() []types.Resource {
	var out []types.Resource
	for _, named := range naming {
		name, ok := e.Parameters[lower(named.member)].(string)
		if !ok || named.service != "" && named.service != e.Service {
			continue
		}
		out = append(out, types.Resource{ResourceName: &name, ResourceType: &named.resource})
	}
	return out
}

// document is the event as CloudTrail writes it: version 1.09 of its record format.
func (e event) document(h *host.Host) (string, error) {
	record := map[string]any{
		"eventVersion": "1.09", "userIdentity": e.identity(h), "eventTime": e.At.Format(time.RFC3339),
		"eventSource": e.source(), "eventName": e.Name, "awsRegion": h.Region, "sourceIPAddress": e.Address, "userAgent": e.Agent,
		"requestParameters": e.Parameters, "responseElements": nil, "requestID": e.RequestID, "eventID": e.ID,
		"readOnly": false, "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": h.Account, "eventCategory": "Management",
	}
	if len(e.Parameters) == 0 {
		record["requestParameters"] = nil
	}
	if e.Error != "" {
		record["errorCode"] = e.Error
	}
	text, err := json.Marshal(record)
	return string(text), err
}

// identity is the userIdentity element.
func (e event) identity(h *host.Host) map[string]any {
	who := map[string]any{"type": "Root", "principalId": e.CallerID, "arn": e.Caller, "accountId": h.Account, "accessKeyId": e.AccessKey}
	parts := strings.Split(e.Caller, "/")
	if len(parts) != 3 || !strings.HasSuffix(parts[0], ":assumed-role") {
		return who
	}
	who["type"] = "AssumedRole"
	issuer, _, _ := strings.Cut(e.CallerID, ":")
	who["sessionContext"] = map[string]any{
		"sessionIssuer": map[string]any{
			"type": "Role", "principalId": issuer, "arn": h.GlobalARN("iam", "role/"+parts[1]), "accountId": h.Account, "userName": parts[1],
		},
		"attributes": map[string]any{"mfaAuthenticated": "false"},
	}
	return who
}

// is reports whether an event has an attribute that events are looked up by.
func (e event) is(by types.LookupAttributeKey, value string) bool {
	switch by {
	case types.LookupAttributeKeyEventId:
		return e.ID == value
	case types.LookupAttributeKeyEventName:
		return e.Name == value
	case types.LookupAttributeKeyReadOnly:
		return value == "false"
	case types.LookupAttributeKeyUsername:
		return e.user() == value
	case types.LookupAttributeKeyEventSource:
		return e.source() == value
	case types.LookupAttributeKeyAccessKeyId:
		return e.AccessKey == value
	case types.LookupAttributeKeyResourceType:
		return slices.ContainsFunc(e.resources(), func(r types.Resource) bool { return *r.ResourceType == value })
	case types.LookupAttributeKeyResourceName:
		return slices.ContainsFunc(e.resources(), func(r types.Resource) bool { return *r.ResourceName == value })
	}
	return false
}
