package cloudwatch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// event is what happened to an alarm.
type event struct {
	// Number orders events of the same moment.
	Number        int
	Alarm         string
	Kind          types.AlarmType
	Type          types.HistoryItemType
	Summary, Data string
	At            time.Time
}

// kept is how many events of an alarm are remembered.
const kept = 200

func (e event) key() string {
	return fmt.Sprintf("%s\x00%020d\x00%010d", e.Alarm, e.At.UnixMilli(), e.Number)
}

func (s *Service) record(a alarm, of types.HistoryItemType, summary string, data map[string]any) {
	text, err := json.Marshal(data)
	if err != nil {
		panic("cloudwatch: history is no JSON: " + err.Error())
	}
	past := s.eventsOf(a.Name)
	e := event{Alarm: a.Name, Kind: a.kind(), Type: of, Summary: summary, Data: string(text), At: s.now()}
	if len(past) > 0 {
		e.Number = past[len(past)-1].Number + 1
	}
	s.history.Set(e.key(), e)
	if len(past) >= kept {
		s.history.Delete(past[0].key())
	}
}

// eventsOf are an alarm's events, or all, the oldest first.
func (s *Service) eventsOf(name string) []event {
	var out []event
	for _, e := range s.history.All() {
		if name == "" || e.Alarm == name {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b event) int { return a.At.Compare(b.At) })
	return out
}

// DescribeAlarmHistory lists what happened to alarms, the latest first unless
// asked otherwise.
func (s *Service) DescribeAlarmHistory(_ context.Context, in *cloudwatch.DescribeAlarmHistoryInput) (*cloudwatch.DescribeAlarmHistoryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []event
	for _, e := range s.eventsOf(value(in.AlarmName)) {
		switch {
		case in.HistoryItemType != "" && e.Type != in.HistoryItemType,
			in.StartDate != nil && e.At.Before(*in.StartDate),
			in.EndDate != nil && e.At.After(*in.EndDate),
			len(in.AlarmTypes) > 0 && !slices.Contains(in.AlarmTypes, e.Kind):
			continue
		}
		found = append(found, e)
	}
	if in.ScanBy != types.ScanByTimestampAscending {
		slices.Reverse(found)
	}
	// Pages go by the place in the list: the keys are not in its order.
	positions := map[string]string{}
	for i, e := range found {
		positions[e.key()] = fmt.Sprintf("%010d", i)
	}
	some, next, err := paged(found, func(e event) string { return positions[e.key()] }, in.NextToken, in.MaxRecords)
	out := &cloudwatch.DescribeAlarmHistoryOutput{AlarmHistoryItems: []types.AlarmHistoryItem{}, NextToken: next}
	for _, e := range some {
		out.AlarmHistoryItems = append(out.AlarmHistoryItems, types.AlarmHistoryItem{
			AlarmName: &e.Alarm, AlarmType: e.Kind, HistoryItemType: e.Type, HistorySummary: &e.Summary, HistoryData: &e.Data, Timestamp: &e.At,
		})
	}
	return out, err
}
