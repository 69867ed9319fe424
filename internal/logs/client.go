package logs

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/logs/page"
)

// API is what following needs of CloudWatch Logs: a client of the SDK, whose options
// have its answers read by package page.
type API interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
	StartLiveTail(context.Context, *cloudwatchlogs.StartLiveTailInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.StartLiveTailOutput, error)
}

// query asks for a page of a group.
type query struct {
	group, pattern string
	// from and to are in milliseconds, both inclusive; a zero to is no bound.
	from, to int64
	token    *string
}

// answer is a page.
type answer struct {
	lines []Line
	token *string
	// serverTime is AWS's, zero where it did not say, when the answer came at received.
	serverTime, received time.Time
}

// once leaves tries after a failure to the follower, which tells about them and
// counts each in its budget.
func once(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} }

// call says how an answer is taken.
type call struct {
	clock clock.Clock
	// may is closed when the answer's body may be read; nil is at once.
	may <-chan struct{}
	// turns has the buffers for bodies, of some megabytes each: as many are read at the
	// same time. Who waits too long makes another: the one before may hang.
	turns chan *bytes.Buffer
	// early is told the token of the next page as soon as the body is here, which is
	// before it has been read.
	early func(token string)
}

// fetch reads a page. A page without a line may have a token: AWS has searched a
// while and found nothing yet.
func fetch(ctx context.Context, api API, q query, c call) (answer, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &q.group, StartTime: &q.from, NextToken: q.token}
	if q.to > 0 {
		in.EndTime = &q.to
	}
	if q.pattern != "" {
		in.FilterPattern = &q.pattern
	}
	var read page.Page
	var a answer
	giveBack := func() {}
	defer func() { giveBack() }()
	out, err := api.FilterLogEvents(ctx, in, once, readingInto(&read, func(ctx context.Context) (buffer *bytes.Buffer, err error) {
		a.received = c.clock.Now()
		buffer, giveBack, err = c.turn(ctx)
		return buffer, err
	}, c.early))
	if err != nil {
		return answer{}, err
	}
	a.lines, a.token = linesOf(read)
	if at, ok := awsmiddleware.GetServerTime(out.ResultMetadata); ok {
		a.serverTime = at
	}
	return a, nil
}

// patientTurn is how long a turn is waited for.
const patientTurn = time.Second

// turn waits until a body may be read, and takes a buffer for that.
func (c call) turn(ctx context.Context) (buffer *bytes.Buffer, giveBack func(), err error) {
	nothing := func() {}
	if c.may != nil {
		select {
		case <-c.may:
		case <-ctx.Done():
			return nil, nothing, ctx.Err()
		}
	}
	late := make(chan struct{})
	defer c.clock.AfterFunc(patientTurn, func() { close(late) })()
	select {
	case buffer := <-c.turns:
		return buffer, func() { c.turns <- buffer }, nil
	case <-late:
		return new(bytes.Buffer), nothing, nil
	case <-ctx.Done():
		return nil, nothing, ctx.Err()
	}
}

// usualPage is about the largest page in bytes of JSON: room for it is made at once.
const usualPage = 8 << 20

// buffers hold the bodies of answers.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readingInto has an answer read by package page, and leaves an empty one to the SDK.
// Here is called when the answer has begun to come and gives the buffer for it, early is
// called with the next page's token when all of it is here; both may be nil.
func readingInto(p *page.Page, here func(context.Context) (*bytes.Buffer, error), early func(token string)) func(*cloudwatchlogs.Options) {
	read := middleware.DeserializeMiddlewareFunc("keyvexReadPage", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok || response.StatusCode != http.StatusOK {
			return out, metadata, err
		}
		buffer := buffers.Get().(*bytes.Buffer)
		defer buffers.Put(buffer)
		if here != nil {
			if buffer, err = here(ctx); err != nil {
				_ = response.Body.Close() // the error is told
				return out, metadata, err
			}
		}
		buffer.Reset()
		buffer.Grow(bytes.MinRead + int(min(max(0, response.ContentLength), usualPage)))
		if _, err = buffer.ReadFrom(response.Body); err == nil {
			if token := page.Next(buffer.Bytes()); token != "" && early != nil {
				early(token)
			}
			*p, err = page.Read(buffer.Bytes())
		}
		_ = response.Body.Close() // all of it was read, or the error is told
		rest := "{}"              // an answer without events is none, for package cloud to say
		if p.Events != nil {
			rest = `{"events":[]}`
		}
		response.Body = io.NopCloser(strings.NewReader(rest))
		return out, metadata, err
	})
	return func(o *cloudwatchlogs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error { return stack.Deserialize.Add(read, middleware.After) })
	}
}
