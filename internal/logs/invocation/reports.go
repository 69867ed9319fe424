package invocation

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/logs/window"
)

// Report is what Lambda said of an invocation when it had ended.
type Report struct {
	At   time.Time
	Cold bool
	// MemoryMB is what it was given, UsedMB the most that it used.
	MemoryMB, UsedMB int
}

// reported is a filter pattern for Lambda's reports, in its text and in its JSON format.
const reported = `?"REPORT RequestId:" ?"platform.report"`

// Reports reads what Lambda reported of a function within the span, which has its group
// alone: one page, the earliest first. Cut tells that there are more.
func Reports(ctx context.Context, r *window.Reader, span window.Span) (reports []Report, cut bool, err error) {
	span.Pattern = reported
	page, cut, err := r.First(ctx, span)
	for _, l := range page.Lines {
		if p := line.Parse(l.Message); p.Kind == line.Report && p.Usage != nil {
			reports = append(reports, Report{At: l.Time(), Cold: p.Usage.Init+p.Usage.Restore > 0, MemoryMB: p.Usage.MemoryMB, UsedMB: p.Usage.UsedMB})
		}
	}
	return reports, cut, err
}
