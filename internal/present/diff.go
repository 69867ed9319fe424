package present

import (
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/deploy"
)

var changeMarks = map[string]string{"Add": "+", "Modify": "~", "Remove": "-", "Import": "+", "Dynamic": "~", "SyncWithActual": "~"}

var markTones = map[string]Tone{"+": Good, "~": Warning, "-": Bad, "-/+": Bad}

// DiffLines shows what a deploy would change: a block for each stack that changes,
// a line for each resource, its properties below it. "-/+" marks a replacement.
func (l Look) DiffLines(d *deploy.Diff) []string {
	var lines []string
	for _, s := range d.Stacks {
		if s.Action == deploy.Unchanged && len(s.Resources)+len(s.Parameters)+len(s.Outputs) == 0 {
			continue
		}
		lines = append(lines, l.stackDiff(s)...)
	}
	if len(lines) == 0 {
		return []string{"nothing would change"}
	}
	return append(lines, l.diffSummary(d)...)
}

func (l Look) stackDiff(s deploy.StackDiff) []string {
	head := l.Paint(Strong, string(s.Stack)) + columnGap + string(s.Action)
	if len(s.Reasons) > 0 && s.Action != deploy.Create {
		head += columnGap + l.Paint(Dim, Clean(strings.Join(s.Reasons, ", ")))
	}
	if !s.Exact && s.Action == deploy.Update {
		head += columnGap + l.Paint(Dim, "(from the templates)")
	}
	lines := []string{head}
	names := 0
	for _, r := range s.Resources {
		names = max(names, min(Width(Clean(r.LogicalID)), widestName))
	}
	for _, r := range s.Resources {
		lines = append(lines, l.resourceDiff(r, names)...)
	}
	if s.Action == deploy.Create { // all of it is new
		return lines
	}
	for _, v := range s.Parameters {
		lines = append(lines, l.valueDiff("parameter", v)...)
	}
	for _, v := range s.Outputs {
		lines = append(lines, l.valueDiff("output", v)...)
	}
	return lines
}

// widestName is up to where a column of names grows; longer ones stick out.
const widestName = 44

func (l Look) resourceDiff(r deploy.ResourceChange, names int) []string {
	mark := changeMarks[r.Action]
	if r.Replacement != deploy.NoReplacement {
		mark = "-/+"
	}
	tone := markTones[mark]
	line := "  " + l.Paint(tone, Pad(mark, len("-/+"))) + " " + Pad(Clean(r.LogicalID), names) + columnGap + l.Paint(Dim, Clean(r.Type))
	for _, remark := range remarks(r) {
		line += columnGap + l.Paint(remark.Tone, remark.Text)
	}
	lines := []string{line}
	for _, p := range r.Properties {
		lines = append(lines, l.propertyDiff(propertyIndent, p)...)
	}
	return lines
}

func remarks(r deploy.ResourceChange) []Cell {
	var out []Cell
	switch r.Replacement {
	case deploy.CertainReplacement:
		out = append(out, Cell{"replaced", Bad})
	case deploy.ConditionalReplacement:
		out = append(out, Cell{"may be replaced", Warning})
	}
	if r.Loss {
		out = append(out, Cell{"DATA WOULD BE LOST", Bad})
	}
	if r.Retained {
		out = append(out, Cell{"the old one is kept outside the stack", Normal})
	}
	if r.Access {
		out = append(out, Cell{"access", Warning})
	}
	return out
}

func (l Look) diffSummary(d *deploy.Diff) []string {
	counts := map[string]int{}
	access := 0
	for _, s := range d.Stacks {
		for _, r := range s.Resources {
			mark := changeMarks[r.Action]
			if r.Replacement != deploy.NoReplacement {
				mark = "-/+"
			}
			counts[mark]++
			if r.Access {
				access++
			}
		}
	}
	summary := fmt.Sprintf("%d to add, %d to change, %d to replace, %d to remove", counts["+"], counts["~"], counts["-/+"], counts["-"])
	if access > 0 {
		summary += fmt.Sprintf("; %s of who can reach what", Count(access, "change"))
	}
	lines := []string{"", summary}
	if losses := d.Losses(); len(losses) > 0 {
		lines = append(lines, l.Paint(Bad, Count(len(losses), "resource")+" with data would be lost"))
	}
	return lines
}
