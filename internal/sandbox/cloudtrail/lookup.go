package cloudtrail

import (
	"context"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const (
	// pageSize is the most events of a page, and how many there are unless told.
	pageSize = 50
	// rate is how many lookups a second AWS takes of an account in a region.
	rate = 2
	// keptFor is how far back the history goes.
	keptFor = 90 * 24 * time.Hour
)

// LookupEvents lists the events of the last 90 days, the newest first.
func (s *Service) LookupEvents(_ context.Context, in *cloudtrail.LookupEventsInput) (*cloudtrail.LookupEventsOutput, error) {
	if err := check(in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mayAsk() {
		return nil, &wire.Error{Code: "ThrottlingException", Message: "Rate exceeded"}
	}
	below, err := s.position(in)
	if err != nil {
		return nil, err
	}
	size := int(aws.ToInt32(in.MaxResults))
	if size == 0 {
		size = pageSize
	}
	out := &cloudtrail.LookupEventsOutput{Events: []types.Event{}}
	horizon := s.host.Clock.Now().Add(-keptFor)
	for number := below; number > s.first; number-- {
		e, ok := s.events.Get(key(number - 1))
		if !ok || e.At.Before(horizon) || !fits(in, e) {
			continue
		}
		if len(out.Events) == size {
			out.NextToken = aws.String(token(in, number))
			break
		}
		told, err := s.told(e)
		if err != nil {
			return nil, err
		}
		out.Events = append(out.Events, told)
	}
	return out, nil
}

// mayAsk reports whether another lookup is within the limit, and counts it.
func (s *Service) mayAsk() bool {
	now := s.host.Clock.Now()
	s.asked = slices.DeleteFunc(s.asked, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(s.asked) >= rate {
		return false
	}
	s.asked = append(s.asked, now)
	return true
}

func check(in *cloudtrail.LookupEventsInput) error {
	if len(in.LookupAttributes) > 1 {
		return &types.InvalidLookupAttributesException{Message: aws.String("You can only include one lookup attribute in a request.")}
	}
	for _, a := range in.LookupAttributes {
		if !slices.Contains(a.AttributeKey.Values(), a.AttributeKey) || aws.ToString(a.AttributeValue) == "" {
			return &types.InvalidLookupAttributesException{Message: aws.String("The lookup attribute is not valid.")}
		}
	}
	if size := in.MaxResults; size != nil && (*size < 1 || *size > pageSize) {
		return &types.InvalidMaxResultsException{Message: aws.String("The maximum results value must be between 1 and 50.")}
	}
	if in.StartTime != nil && in.EndTime != nil && in.StartTime.After(*in.EndTime) {
		return &types.InvalidTimeRangeException{Message: aws.String("The start time must be before the end time.")}
	}
	if in.EventCategory != "" && in.EventCategory != types.EventCategoryInsight {
		return &types.InvalidEventCategoryException{Message: aws.String("The event category is not valid.")}
	}
	return nil
}

func fits(in *cloudtrail.LookupEventsInput, e event) bool {
	if in.EventCategory == types.EventCategoryInsight {
		return false // there are no insights here
	}
	if in.StartTime != nil && e.At.Before(in.StartTime.Truncate(time.Second)) || in.EndTime != nil && e.At.After(*in.EndTime) {
		return false
	}
	for _, a := range in.LookupAttributes {
		if !e.is(a.AttributeKey, *a.AttributeValue) {
			return false
		}
	}
	return true
}

// A token is the number below which the next page begins, and a hash of the question:
// it goes with no other.

func token(in *cloudtrail.LookupEventsInput, below uint64) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%s", below, question(in)))
}

func question(in *cloudtrail.LookupEventsInput) string {
	h := fnv.New64a()
	for _, a := range in.LookupAttributes {
		fmt.Fprintln(h, a.AttributeKey, *a.AttributeValue)
	}
	for _, at := range []*time.Time{in.StartTime, in.EndTime} {
		if at != nil {
			fmt.Fprintln(h, at.UnixMilli())
		}
	}
	return strconv.FormatUint(h.Sum64(), 36)
}

// position is the number below which the page begins.
func (s *Service) position(in *cloudtrail.LookupEventsInput) (uint64, error) {
	if aws.ToString(in.NextToken) == "" {
		return s.next, nil
	}
	plain, err := base64.RawURLEncoding.DecodeString(*in.NextToken)
	number, asked, ok := strings.Cut(string(plain), "/")
	below, failed := strconv.ParseUint(number, 10, 64)
	if err != nil || failed != nil || !ok || asked != question(in) || below > s.next {
		return 0, &types.InvalidNextTokenException{Message: aws.String("The next token is not valid.")}
	}
	return below, nil
}

// told is an event as the answer has it.
func (s *Service) told(e event) (types.Event, error) {
	document, err := e.document(s.host)
	return types.Event{
		EventId: &e.ID, EventName: &e.Name, EventSource: aws.String(e.source()), EventTime: &e.At, ReadOnly: aws.String("false"),
		AccessKeyId: &e.AccessKey, Username: aws.String(e.user()), Resources: e.resources(), CloudTrailEvent: &document,
	}, err
}
