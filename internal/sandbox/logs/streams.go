package logs

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// place is a stream's in an order: by the time of its last event, 0 in the order
// of names, and by name.
type place struct {
	at   int64
	name string
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.at, q.at), strings.Compare(p.name, q.name))
}

func (p place) token() *string {
	return new(base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(p.at, 10) + ":" + p.name)))
}

func parsePlace(token string) (place, error) {
	text, err := base64.RawURLEncoding.DecodeString(token)
	at, name, ok := strings.Cut(string(text), ":")
	p := place{name: name}
	if err == nil {
		p.at, err = strconv.ParseInt(at, 10, 64)
	}
	if err != nil || !ok {
		return p, invalid("The specified nextToken is invalid.")
	}
	return p, nil
}

// DescribeLogStreams lists the streams of a log group by name, or by the time of
// their last event.
func (s *Service) DescribeLogStreams(_ context.Context, in *cloudwatchlogs.DescribeLogStreamsInput) (*cloudwatchlogs.DescribeLogStreamsOutput, error) {
	byTime := in.OrderBy == types.OrderByLastEventTime
	if byTime && in.LogStreamNamePrefix != nil {
		return nil, invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
	}
	size, err := pageSize(in.Limit)
	if err != nil {
		return nil, err
	}
	id := in.LogGroupName
	if id == nil {
		id = in.LogGroupIdentifier
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, err := s.find(id)
	if err != nil {
		return nil, err
	}
	log, err := s.log(g)
	if err != nil {
		return nil, err
	}
	places := s.archive(g.Name).byName(aws.ToString(in.LogStreamNamePrefix))
	if byTime {
		places = s.archive(g.Name).byTime(log)
	}
	places, next, err := pageOfStreams(places, in.NextToken, aws.ToBool(in.Descending), size)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.DescribeLogStreamsOutput{LogStreams: []types.LogStream{}, NextToken: next}
	for _, p := range places {
		st, _ := s.streams.Get(streamKey(g.Name, p.name))
		out.LogStreams = append(out.LogStreams, s.describeStream(st, log.Stats(st.Number)))
	}
	return out, nil
}

// byName are the streams whose name begins so, in order.
func (a *archive) byName(prefix string) []place {
	start, _ := slices.BinarySearch(a.sorted, prefix)
	end := len(a.sorted)
	if prefix != "" {
		// No byte of UTF-8 is 0xff: this follows all names that begin so.
		end, _ = slices.BinarySearch(a.sorted, prefix+"\xff")
	}
	out := make([]place, end-start)
	for i, name := range a.sorted[start:end] {
		out[i].name = name
	}
	return out
}

// byTime are the streams in the order of their last events; those without any are
// the first.
func (a *archive) byTime(log *events.Log) []place {
	last := make([]int64, len(a.names))
	log.Each(func(number uint32, stats events.Stats) {
		if int(number) < len(last) {
			last[number] = stats.Last
		}
	})
	out := make([]place, 0, len(a.sorted))
	for number, name := range a.names {
		if name != "" {
			out = append(out, place{at: last[number], name: name})
		}
	}
	slices.SortFunc(out, place.compare)
	return out
}

// pageOfStreams gives the page of places, which are in order, that follows token.
func pageOfStreams(places []place, token *string, descending bool, size int) ([]place, *string, error) {
	if token != nil {
		after, err := parsePlace(*token)
		if err != nil {
			return nil, nil, err
		}
		at, found := slices.BinarySearchFunc(places, after, place.compare)
		switch {
		case descending:
			places = places[:at]
		case found:
			places = places[at+1:]
		default:
			places = places[at:]
		}
	}
	more := len(places) > size
	if descending {
		places = slices.Clone(places[max(0, len(places)-size):])
		slices.Reverse(places)
	}
	places = places[:min(size, len(places))]
	if !more {
		return places, nil, nil
	}
	return places, places[len(places)-1].token(), nil
}

func (s *Service) describeStream(st stream, stats events.Stats) types.LogStream {
	shown := types.LogStream{
		LogStreamName: &st.Name, Arn: new(s.arn(st.Group) + ":log-stream:" + st.Name), CreationTime: new(st.Created.UnixMilli()),
		// AWS has shown 0 for every stream since 2019.
		StoredBytes: new(int64(0)), UploadSequenceToken: new(sequenceToken),
	}
	if stats.Events > 0 {
		shown.FirstEventTimestamp, shown.LastEventTimestamp, shown.LastIngestionTime = &stats.First, &stats.Last, &stats.LastIngested
	}
	return shown
}

// pageSize is how many entries of a list the caller wants.
func pageSize(limit *int32) (int, error) {
	if limit == nil {
		return maxPage, nil
	}
	if *limit < 1 || *limit > maxPage {
		return 0, constraint(*limit, "limit", fmt.Sprintf("have value between 1 and %d", maxPage))
	}
	return int(*limit), nil
}
