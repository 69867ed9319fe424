package logs

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs/page"
)

// Searcher is what reading a window of the past needs of CloudWatch Logs: a client of
// the SDK, as API.
type Searcher interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Search asks for a page of a group, and again after a failure as the client is set
// to. The token is nil at the end; a page without a line may have one.
func Search(ctx context.Context, api Searcher, in *cloudwatchlogs.FilterLogEventsInput) (lines []Line, token *string, err error) {
	var read page.Page
	if _, err := api.FilterLogEvents(ctx, in, readingInto(&read, nil, nil)); err != nil {
		return nil, nil, err
	}
	lines, token = linesOf(read)
	return lines, token, nil
}

func linesOf(p page.Page) (lines []Line, token *string) {
	lines = make([]Line, 0, len(p.Events))
	for _, e := range p.Events {
		lines = append(lines, Line{Stream: e.Stream, ID: e.ID, Message: e.Message, Timestamp: e.Timestamp, Ingestion: e.Ingestion})
	}
	if p.Token != "" {
		token = &p.Token
	}
	return lines, token
}
