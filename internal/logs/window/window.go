// Package window reads what log groups hold of a span of time, once, page by page:
// the ground under lists of invocations, of errors, and of a job's stations. Whoever
// wants to follow a log uses package logs.
package window

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/problem"
)

// Reader reads for one account and region. It is safe for concurrent use.
type Reader struct {
	API logs.Searcher
	// Budget is as in logs.Options.
	Budget *logs.Budget
}

// Span says what to read. Both ends of the time are part of it; a zero To is now.
type Span struct {
	Groups   []logs.Group
	From, To time.Time
	// Pattern is a filter pattern of CloudWatch Logs, empty for all lines.
	Pattern string
	// Streams are the only ones to read, at most 100; none for all.
	Streams []string
}

// Page is a piece of one group, in the order of its lines' times.
type Page struct {
	Group logs.Group
	Lines []logs.Line
	// Missing says that there is no such group, at most once for each.
	Missing bool
}

// answer is a page or why there is none.
type answer struct {
	page Page
	err  error
}

// Read yields the pages of all groups, which are read at the same time; those of one
// group come in order. It ends with the first error, which cloud has translated.
func (r *Reader) Read(ctx context.Context, s Span) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		reading, cancel := context.WithCancel(ctx)
		answers := make(chan answer)
		var readers sync.WaitGroup
		for i := range s.Groups {
			readers.Go(func() { r.group(reading, s, i, answers) })
		}
		go func() {
			readers.Wait()
			close(answers)
		}()
		defer func() {
			cancel()
			for range answers { // lets the readers end
			}
		}()
		for a := range answers {
			if !yield(a.page, a.err) || a.err != nil {
				return
			}
		}
		if ctx.Err() != nil { // readers that end with it say nothing
			yield(Page{}, ctx.Err())
		}
	}
}

// group reads one group to its end.
func (r *Reader) group(ctx context.Context, s Span, i int, out chan<- answer) {
	in := s.input(i)
	for {
		page, next, err := r.page(ctx, in)
		page.Group = s.Groups[i]
		if problem.Is(err, problem.NotFound) {
			page.Missing, err = true, nil
		}
		select {
		case out <- answer{page, err}:
		case <-ctx.Done():
			return
		}
		if in.NextToken = next; next == nil || err != nil {
			return
		}
	}
}

// First reads the first page of the span's only group, and whether there are more. A
// group that is not there has no lines.
func (r *Reader) First(ctx context.Context, s Span) (page Page, more bool, err error) {
	page, next, err := r.page(ctx, s.input(0))
	page.Group = s.Groups[0]
	if problem.Is(err, problem.NotFound) {
		page.Missing, err = true, nil
	}
	return page, next != nil, err
}

func (s Span) input(i int) *cloudwatchlogs.FilterLogEventsInput {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: &s.Groups[i].Name, StartTime: new(s.From.UnixMilli()), LogStreamNames: s.Streams,
	}
	if !s.To.IsZero() {
		in.EndTime = new(s.To.UnixMilli())
	}
	if s.Pattern != "" {
		in.FilterPattern = &s.Pattern
	}
	return in
}

// page asks for one page, when its turn has come.
func (r *Reader) page(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput) (page Page, next *string, err error) {
	if err := r.Budget.Take(ctx); err != nil {
		return page, nil, err
	}
	page.Lines, next, err = logs.Search(ctx, r.API, in)
	return page, next, err
}
