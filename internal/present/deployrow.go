package present

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

// widest keeps the times near the names on a wide screen.
const widest = 92

// timeWorthTelling is the shortest span shown of a resource.
const timeWorthTelling = time.Second

const (
	stackColumn = 10 // the longest stack name, Monitoring
	countColumn = 9  // "999 of 999" never happens, "99 of 99" does
	timeColumn  = 6
)

func (l Look) lineWidth() int { return min(l.Width, widest) }

// spread puts left and right at the two ends of a line.
func (l Look) spread(left, right string) string {
	if right == "" {
		return left
	}
	return Pad(left, l.lineWidth()-Width(right)) + right
}

// hanging wraps text behind a mark, further lines indented by the mark's width.
func (l Look) hanging(mark, text string) []string {
	var lines []string
	for _, part := range Wrap(text, l.lineWidth()-Width(mark)) {
		lines = append(lines, mark+part)
		mark = strings.Repeat(" ", Width(mark))
	}
	return lines
}

func (s *treeStack) row(l Look, now time.Time, pending []platform.Stack) string {
	sign := RunState(s.State)
	left := l.Glyph(sign) + " " + Pad(string(s.Stack), stackColumn) + columnGap
	left += l.Paint(wordTone(s.State, sign), s.words(pending, l.lineWidth()-Width(left)))
	count := ""
	if s.Total > 0 && s.State != deploy.NoChange {
		count = fmt.Sprintf("%d of %d", s.Done, s.Total)
	}
	took := ""
	if d := s.took(now); d > 0 && s.State != deploy.NoChange {
		took = Duration(d)
	}
	return strings.TrimRight(l.spread(left, PadLeft(count, countColumn)+columnGap+PadLeft(took, timeColumn)), " ")
}

// wordTone keeps quiet states quiet: only trouble and waiting are painted.
func wordTone(state deploy.State, sign State) Tone {
	if sign == Broken || sign == Attention {
		return sign.Tone()
	}
	if state == deploy.Waiting || state == deploy.NoChange || state == deploy.Skipped {
		return Dim
	}
	return Normal
}

// words names the stacks that are waited for, as many as there is room for.
func (s *treeStack) words(pending []platform.Stack, room int) string {
	if s.State != deploy.Waiting || len(pending) == 0 {
		return string(s.State)
	}
	all := "waits for " + joinStacks(pending)
	if Width(all) > room {
		return fmt.Sprintf("waits for %s and %d more", pending[0], len(pending)-1)
	}
	return all
}

func joinStacks(stacks []platform.Stack) string {
	names := make([]string, len(stacks))
	for i, s := range stacks {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

// took goes on between two events, in whole seconds so that rows tick together.
func (s *treeStack) took(now time.Time) time.Duration {
	if s.State.Final() || s.Started.IsZero() {
		return s.Took
	}
	return wholeSeconds(s.Took + now.Sub(s.at))
}

func wholeSeconds(d time.Duration) time.Duration { return d.Truncate(time.Second) }

// resourceRows shows every failed resource with its reason and the first shown of
// those under way, which are the slow ones.
func (s *treeStack) resourceRows(l Look, now time.Time, shown int) []string {
	var lines []string
	more := 0
	first := slices.Clone(s.resources)
	slices.SortStableFunc(first, func(a, b treeResource) int { return rank(a) - rank(b) })
	for _, r := range first {
		switch {
		case failed(r.Status):
			lines = append(lines, r.row(l, now, Broken))
			if r.Reason != "" {
				lines = append(lines, l.hanging("    ", Clean(r.Reason))...)
			}
		case s.State.Final():
		case shown > 0:
			lines = append(lines, r.row(l, now, s.resourceSign()))
			shown--
		default:
			more++
		}
	}
	if more > 0 {
		lines = append(lines, l.Paint(Dim, fmt.Sprintf("    and %d more", more)))
	}
	if s.Undone > 0 {
		lines = append(lines, fmt.Sprintf("    %d undone", s.Undone))
	}
	return lines
}

// rank puts failed resources first.
func rank(r treeResource) int {
	if failed(r.Status) {
		return 0
	}
	return 1
}

func (s *treeStack) resourceSign() State {
	if s.State == deploy.RollingBack {
		return Undone
	}
	return Working
}

func (r treeResource) row(l Look, now time.Time, sign State) string {
	took := r.Took
	if under(r.Status) {
		took = wholeSeconds(took + now.Sub(r.at))
	}
	words, spent := StatusWords(r.Status), ""
	if took >= timeWorthTelling {
		spent = Duration(took)
	}
	right := l.Paint(toneOf(sign), words) + columnGap + PadLeft(spent, timeColumn)
	left := "  " + l.Glyph(sign) + " "
	room := l.lineWidth() - Width(left) - Width(right) - 2*len(columnGap)
	kind := ShortType(Clean(r.Type))
	nameRoom := max(minimumFlexible, room-min(Width(kind), room/2))
	name := l.Middle(Clean(r.LogicalID), nameRoom)
	kind = l.Middle(kind, max(0, room-Width(name)))
	return l.spread(left+name+columnGap+l.Paint(Dim, kind), right)
}

func toneOf(sign State) Tone {
	if sign == Working {
		return Normal
	}
	return sign.Tone()
}
