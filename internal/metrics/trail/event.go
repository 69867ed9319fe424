package trail

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// Event is a call that changed something of the environment.
type Event struct {
	ID string
	At time.Time
	// Service and Name are AWS's, "lambda" and "UpdateEventSourceMapping": without the
	// version that Lambda's events bear.
	Service, Name string
	Author
	Place Place
	// Mapping is the event source mapping that was meant, where the event names no place.
	Mapping string
	// Token is the client request token: of a secret's new version it is the version.
	Token string
	// Enabled is what a mapping was set to, nil for neither.
	Enabled *bool
	// MovedTo is the version of a secret that a label was moved to.
	MovedTo string

	// turn is higher for what was told as newer: events have whole seconds only.
	turn int64
}

// newer orders events, the newest first.
func newer(a, b Event) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.turn, a.turn)) }

// record is the part of CloudTrail's record that is read.
type record struct {
	EventSource, UserAgent, ErrorCode, SourceIPAddress, SessionCredentialFromConsole string

	UserIdentity                        identity
	RequestParameters, ResponseElements map[string]any
}

// read takes an event in, if it succeeded and concerns the environment. What services
// do on somebody's behalf is part of what that person did, and told by that.
func (r *Reader) read(told types.Event) (Event, bool) {
	var from record
	if json.Unmarshal([]byte(aws.ToString(told.CloudTrailEvent)), &from) != nil || from.ErrorCode != "" {
		return Event{}, false
	}
	e := Event{
		ID: aws.ToString(told.EventId), At: aws.ToTime(told.EventTime), Name: unversioned(aws.ToString(told.EventName)),
		Author: from.author(), Token: text(from.RequestParameters, "clientRequestToken"), Mapping: text(from.RequestParameters, "uuid"),
		MovedTo: text(from.RequestParameters, "moveToVersionId"),
	}
	e.Service, _, _ = strings.Cut(cmp.Or(aws.ToString(told.EventSource), from.EventSource), ".")
	if from.byService(e.Service) || slices.Contains(noise, e.Service) || slices.Contains(preparing, e.Name) {
		return Event{}, false
	}
	if enabled, ok := parameter(from.RequestParameters, "enabled").(bool); ok {
		e.Enabled = &enabled
	}
	named := append(strs(from.RequestParameters), strs(from.ResponseElements)...)
	for _, resource := range told.Resources {
		named = append(named, aws.ToString(resource.ResourceName))
	}
	e.Place = placeOf(r.Environment, named)
	for _, name := range named {
		if r.Alarm == nil || e.Service != "monitoring" {
			break
		}
		if short, ok := r.Alarm(name); ok {
			e.Place = Place{Other, short}
		}
	}
	return e, e.Place != Place{} || e.Mapping != ""
}

// noise are services whose writes are no changes of what was deployed: streams of
// logs, sessions, keys for data, network interfaces of functions.
var noise = []string{"logs", "sts", "kms", "ec2", "cloudtrail"}

// preparing are calls around a deploy that change nothing by themselves.
var preparing = []string{"CreateChangeSet", "DeleteChangeSet", "SetStackPolicy", "TagResource", "UntagResource", "TagQueue", "UntagQueue"}

// unversioned takes off the version of Lambda's API: "PutFunctionConcurrency20171031",
// "UpdateFunctionCode20150331v2".
func unversioned(name string) string {
	short := strings.TrimSuffix(strings.TrimSuffix(name, "v2"), "v1")
	if bare := strings.TrimRight(short, "0123456789"); len(short)-len(bare) == len("20150331") {
		return bare
	}
	return name
}

// parameter finds a member by its name in any case of letters: Lambda's "uUID" is uuid.
func parameter(in map[string]any, name string) any {
	for key, value := range in {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}

func text(in map[string]any, name string) string {
	value, _ := parameter(in, name).(string)
	return value
}

// strs are the texts of a document's top level, lists among them.
func strs(in map[string]any) (out []string) {
	for _, value := range in {
		switch value := value.(type) {
		case string:
			out = append(out, value)
		case []any:
			for _, item := range value {
				if s, ok := item.(string); ok {
					out = append(out, s)
				}
			}
		}
	}
	return out
}
