package present

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
)

// DeployLine says an event in one line for a log, or nothing: a stack's start and
// end, a failed resource, an upload, a notice.
func DeployLine(e deploy.Event, previous deploy.State) string {
	switch e.Kind {
	case deploy.StackEvent:
		return stackLine(e.Stack, previous)
	case deploy.ResourceEvent:
		r := e.Resource
		if failed(r.Status) && !collateral(r) {
			return fmt.Sprintf("%s: %s %s %s: %s", e.Stack.Stack, Clean(r.LogicalID), ShortType(Clean(r.Type)), StatusWords(r.Status), Clean(r.Reason))
		}
	case deploy.AssetEvent:
		if e.Asset.Uploaded {
			what, _, _ := strings.Cut(Clean(e.Asset.Key), "/") // the rest of the key is a hash
			return fmt.Sprintf("uploaded %s (%s)", what, Bytes(e.Asset.Size))
		}
	case deploy.NoticeEvent:
		return Clean(e.Notice)
	}
	return ""
}

func stackLine(s deploy.StackProgress, previous deploy.State) string {
	if s.State == previous || s.State == deploy.Waiting || s.State == deploy.Preparing {
		return ""
	}
	line := fmt.Sprintf("%s: %s", s.Stack, s.State)
	if s.State == deploy.NoChange || s.State == deploy.Skipped {
		return line
	}
	if s.State.Final() {
		line += ", " + counted(s)
	}
	if s.Reason != "" && s.State.Final() {
		line += ": " + Clean(s.ReasonResource+" "+s.Reason)
	}
	return line
}

func counted(s deploy.StackProgress) string {
	if s.Total == 0 {
		return Duration(s.Took)
	}
	return fmt.Sprintf("%d of %d, %s", s.Done, s.Total, Duration(s.Took))
}

// Heartbeat is a line for a log in which nothing has happened for a while: what is
// under way, and for how long.
func (t *DeployTree) Heartbeat(now time.Time) string {
	line := "still at it after " + Duration(wholeSeconds(now.Sub(t.Started)))
	for _, s := range t.stacks {
		if s.State.Final() || s.Started.IsZero() {
			continue
		}
		line += fmt.Sprintf("; %s %s", s.Stack, s.State)
		if s.Total > 0 {
			line += fmt.Sprintf(" %d of %d", s.Done, s.Total)
		}
		if len(s.resources) > 0 {
			line += " (" + Clean(s.resources[0].LogicalID) + ")"
		}
	}
	return line
}

// Bytes is a size in the largest unit that leaves at least 1: "8.2 MB".
func Bytes(n int64) string {
	const unit = 1000
	units := []string{"B", "kB", "MB", "GB"}
	value, i := float64(n), 0
	for value >= unit && i < len(units)-1 {
		value /= unit
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", value, units[i])
}

// Age is how long ago a time was, "-" for none.
func Age(then, now time.Time) string {
	if then.IsZero() {
		return "-"
	}
	return Duration(wholeSeconds(now.Sub(then))) + " ago"
}
