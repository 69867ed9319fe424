package logs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/logs/insights"
)

// How many queries run at a time, how many are remembered, and of how many groups.
const (
	maxRunning     = 30
	maxQueries     = 100
	maxQueryGroups = 50
)

// query is a query of Logs Insights. All that changes is guarded by the service's
// mutex.
type query struct {
	id, text string
	groups   []string
	started  time.Time
	took     time.Duration
	cancel   context.CancelFunc
	status   types.QueryStatus
	result   *insights.Result
}

// StartQuery runs a query over log groups in the background.
func (s *Service) StartQuery(_ context.Context, in *cloudwatchlogs.StartQueryInput) (*cloudwatchlogs.StartQueryOutput, error) {
	parsed, err := insights.Parse(aws.ToString(in.QueryString))
	if err != nil {
		return nil, &types.MalformedQueryException{Message: new(err.Error()), QueryCompileError: &types.QueryCompileError{Message: new(err.Error())}}
	}
	if in.QueryLanguage != "" && in.QueryLanguage != types.QueryLanguageCwli {
		return nil, invalid("The local platform knows no query language but CWLI.")
	}
	if aws.ToInt64(in.StartTime) > aws.ToInt64(in.EndTime) {
		return nil, invalid("End time should not be less than start time.")
	}
	views, err := s.queried(in)
	if err != nil {
		return nil, err
	}
	q := &query{id: s.uuid(), text: aws.ToString(in.QueryString), started: s.host.Clock.Now(), status: types.QueryStatusRunning, result: &insights.Result{}}
	for _, v := range views {
		q.groups = append(q.groups, v.group.Name)
	}
	// The query goes on when the request that started it is over.
	ctx, cancel := context.WithCancel(context.Background())
	q.cancel = cancel
	if err := s.enlist(q); err != nil {
		cancel()
		return nil, err
	}
	s.running.Go(func() {
		defer cancel()
		result, err := parsed.Run(s.records(ctx, views, in), int(aws.ToInt32(in.Limit)))
		s.settle(q, result, err)
	})
	return &cloudwatchlogs.StartQueryOutput{QueryId: &q.id}, nil
}

// queried opens the log groups that a query names in one of three ways.
func (s *Service) queried(in *cloudwatchlogs.StartQueryInput) ([]view, error) {
	names := slices.Concat(in.LogGroupNames, in.LogGroupIdentifiers)
	if in.LogGroupName != nil {
		names = append(names, *in.LogGroupName)
	}
	if len(names) < 1 || len(names) > maxQueryGroups {
		return nil, invalid(fmt.Sprintf("A query names from 1 to %d log groups.", maxQueryGroups))
	}
	var out []view
	for _, name := range names {
		v, err := s.view(&name, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// enlist remembers a query, and forgets the oldest that has ended.
func (s *Service) enlist(q *query) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	running := 0
	for _, other := range s.queries {
		if other.status == types.QueryStatusRunning {
			running++
		}
	}
	if running >= maxRunning {
		return &types.LimitExceededException{Message: new("Account maximum query concurrency limit of 30 reached")}
	}
	s.queries = append(s.queries, q)
	if len(s.queries) > maxQueries {
		ended := slices.IndexFunc(s.queries, func(q *query) bool { return q.status != types.QueryStatusRunning })
		s.queries = slices.Delete(s.queries, ended, ended+1)
	}
	return nil
}

func (s *Service) settle(q *query, result *insights.Result, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.took = s.host.Clock.Now().Sub(q.started)
	switch {
	case q.status != types.QueryStatusRunning: // it was stopped
	case err != nil:
		q.status = types.QueryStatusFailed
	default:
		q.status, q.result = types.QueryStatusComplete, result
	}
}

// findQuery is called with mu held.
func (s *Service) findQuery(id *string) (*query, error) {
	for _, q := range s.queries {
		if q.id == aws.ToString(id) {
			return q, nil
		}
	}
	return nil, &types.ResourceNotFoundException{Message: new("The specified query does not exist.")}
}

// GetQueryResults gives the rows of a query that has ended, and its status.
func (s *Service) GetQueryResults(_ context.Context, in *cloudwatchlogs.GetQueryResultsInput) (*cloudwatchlogs.GetQueryResultsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.findQuery(in.QueryId)
	if err != nil {
		return nil, err
	}
	out := &cloudwatchlogs.GetQueryResultsOutput{
		Status: q.status, QueryLanguage: types.QueryLanguageCwli, Results: make([][]types.ResultField, 0, len(q.result.Rows)),
		Statistics: &types.QueryStatistics{
			RecordsMatched: float64(q.result.Matched), RecordsScanned: float64(q.result.Scanned), BytesScanned: float64(q.result.Bytes),
			LogGroupsScanned: float64(len(q.groups)),
		},
	}
	for _, row := range q.result.Rows {
		cells := make([]types.ResultField, 0, len(row))
		for _, cell := range row {
			cells = append(cells, types.ResultField{Field: &cell.Name, Value: &cell.Value})
		}
		out.Results = append(out.Results, cells)
	}
	return out, nil
}

// StopQuery ends a query that runs.
func (s *Service) StopQuery(_ context.Context, in *cloudwatchlogs.StopQueryInput) (*cloudwatchlogs.StopQueryOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.findQuery(in.QueryId)
	if err != nil {
		return nil, err
	}
	if q.status != types.QueryStatusRunning {
		return nil, invalid("Specified query with id " + q.id + " is not running, so it cannot be stopped")
	}
	q.status = types.QueryStatusCancelled
	q.cancel()
	return &cloudwatchlogs.StopQueryOutput{Success: true}, nil
}

// DescribeQueries lists the queries that are remembered, the latest first.
func (s *Service) DescribeQueries(_ context.Context, in *cloudwatchlogs.DescribeQueriesInput) (*cloudwatchlogs.DescribeQueriesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := &cloudwatchlogs.DescribeQueriesOutput{Queries: []types.QueryInfo{}}
	for _, q := range slices.Backward(s.queries) {
		if (in.Status == "" || in.Status == q.status) && (in.LogGroupName == nil || slices.Contains(q.groups, *in.LogGroupName)) {
			out.Queries = append(out.Queries, types.QueryInfo{
				QueryId: &q.id, QueryString: &q.text, Status: q.status, CreateTime: new(q.started.UnixMilli()), LogGroupName: &q.groups[0],
				QueryLanguage: types.QueryLanguageCwli, QueryDuration: new(q.took.Milliseconds()), BytesScanned: new(float64(q.result.Bytes)),
			})
		}
	}
	if in.MaxResults != nil {
		out.Queries = out.Queries[:min(len(out.Queries), max(0, int(*in.MaxResults)))]
	}
	return out, nil
}
