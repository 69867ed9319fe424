package present

import (
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

// DeployTree is the picture of a run of deploy or destroy: a row for each stack,
// with the resources it works on and those that failed below it. It is made of the
// run's events and knows no time of its own.
type DeployTree struct {
	// Title and Detail stand in the first line, "deploy local" and the build.
	Title, Detail string
	Started       time.Time

	stacks    []*treeStack
	remaining time.Duration
	notices   []string
}

type treeStack struct {
	deploy.StackProgress
	// at is when the progress was told.
	at time.Time
	// resources are those under way and those that failed, in order of appearance.
	resources []treeResource
}

type treeResource struct {
	deploy.ResourceProgress
	at time.Time
}

// Apply takes the next event of the run.
func (t *DeployTree) Apply(e deploy.Event) {
	t.remaining = e.Remaining
	switch e.Kind {
	case deploy.StackEvent:
		t.stack(e)
	case deploy.ResourceEvent:
		t.stack(e).apply(e)
	case deploy.NoticeEvent:
		t.notices = append(t.notices, e.Notice)
	}
}

func (t *DeployTree) stack(e deploy.Event) *treeStack {
	i := slices.IndexFunc(t.stacks, func(s *treeStack) bool { return s.Stack == e.Stack.Stack })
	if i < 0 {
		t.stacks = append(t.stacks, &treeStack{})
		i = len(t.stacks) - 1
		slices.SortStableFunc(t.stacks[:i], func(a, b *treeStack) int { return order(a.Stack) - order(b.Stack) })
	}
	s := t.stacks[i]
	s.StackProgress, s.at = e.Stack, e.Time
	if s.State.Final() && s.State != deploy.Failed && s.State != deploy.RolledBack {
		s.resources = nil
	}
	return s
}

func order(s platform.Stack) int { return slices.Index(platform.Stacks, s) }

func (s *treeStack) apply(e deploy.Event) {
	s.resources = slices.DeleteFunc(s.resources, func(r treeResource) bool {
		return r.LogicalID == e.Resource.LogicalID && !failed(r.Status)
	})
	if under(e.Resource.Status) || failed(e.Resource.Status) && !collateral(e.Resource) {
		s.resources = append(s.resources, treeResource{e.Resource, e.Time})
	}
}

func under(status string) bool  { return strings.HasSuffix(status, "_IN_PROGRESS") }
func failed(status string) bool { return strings.HasSuffix(status, "_FAILED") }

// collateral are the resources that CloudFormation gave up only because another
// one failed.
func collateral(r deploy.ResourceProgress) bool {
	return strings.Contains(strings.ToLower(r.Reason), "cancelled")
}

// Lines draws the tree as it stands at now. Where it is higher than the look, rows
// of resources under way give way first, then those that failed.
func (t *DeployTree) Lines(l Look, now time.Time) []string {
	const most = 4
	lines := t.draw(l, now, most)
	for shown := most - 1; l.Height > 0 && len(lines) > l.Height && shown >= -1; shown-- {
		lines = t.draw(l, now, shown)
	}
	if l.Height > 0 && len(lines) > l.Height {
		lines = lines[:l.Height]
	}
	return lines
}

func (t *DeployTree) draw(l Look, now time.Time, shown int) []string {
	lines := []string{t.heading(l, now)}
	for _, s := range t.stacks {
		lines = append(lines, s.row(l, now, t.pending(s.WaitsFor)))
		if shown >= 0 {
			lines = append(lines, s.resourceRows(l, now, shown)...)
		}
	}
	for _, notice := range t.notices {
		lines = append(lines, l.hanging(l.Glyph(Attention)+" ", Clean(notice))...)
	}
	return lines
}

func (t *DeployTree) heading(l Look, now time.Time) string {
	right := ""
	if !t.Started.IsZero() {
		right = Duration(wholeSeconds(now.Sub(t.Started)))
	}
	if t.remaining > 0 {
		right += "  eta " + Rough(t.remaining)
	}
	room := l.lineWidth() - Width(t.Title) - Width(right) - 2*len(columnGap)
	left := l.Paint(Strong, t.Title)
	if room > 0 && t.Detail != "" {
		left += columnGap + l.Paint(Dim, l.Middle(t.Detail, room))
	}
	return l.spread(left, right)
}

// pending leaves out the stacks that are done already.
func (t *DeployTree) pending(stacks []platform.Stack) []platform.Stack {
	return slices.DeleteFunc(slices.Clone(stacks), func(name platform.Stack) bool {
		return slices.ContainsFunc(t.stacks, func(s *treeStack) bool {
			return s.Stack == name && (s.State == deploy.Complete || s.State == deploy.NoChange)
		})
	})
}
