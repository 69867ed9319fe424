package present

import (
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

// StatusTable shows the stacks of an environment.
func (l Look) StatusTable(stacks []deploy.StackStatus, now time.Time) []string {
	var rows [][]Cell
	for _, s := range stacks {
		sign := StackState(s.Status)
		words := StatusWords(s.Status)
		if s.Behind && sign == OK {
			sign, words = Attention, words+", behind this build"
		}
		if s.Drifted && sign == OK {
			sign, words = Attention, words+", drifted"
		}
		guard := ""
		if s.Protected {
			guard = "protected"
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(sign) + " " + string(s.Stack)}, {words, wordToneOf(sign)},
			{Age(s.Updated, now), Dim}, {orDash(Clean(s.Build)), Normal}, {shortHash(s.TemplateHash), Dim}, {guard, Dim},
		})
	}
	return l.Table([]Column{{Title: "  STACK"}, {Title: "STATUS"}, {Title: "UPDATED", Right: true}, {Title: "BUILD", Flexible: true, Optional: true}, {Title: "TEMPLATE", Optional: true}, {Optional: true}}, rows)
}

func wordToneOf(s State) Tone {
	if s == OK || s == Working {
		return Normal
	}
	return s.Tone()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

func shortHash(hash string) string { return orDash(Clean(hash[:min(len(hash), 8)])) }

// OutputsTable shows outputs under their stacks. Values are for copying and never
// shortened: one that does not fit behind its name stands below it. The outputs
// that only keyvex reads are left out.
func (l Look) OutputsTable(outputs []deploy.Output) []string {
	names, stack := 0, platform.Stack("")
	shown := forPeople(outputs)
	for _, o := range shown {
		names = max(names, Width(o.Key))
	}
	var lines []string
	for _, o := range shown {
		if o.Stack != stack {
			stack = o.Stack
			lines = append(lines, l.Paint(Strong, string(stack)))
		}
		name, value := l.Paint(Dim, o.Key), Clean(o.Value)
		line := "  " + Pad(name, names) + columnGap + value
		if Width(line) > l.Width {
			lines = append(lines, "  "+name)
			line = "    " + value
		}
		lines = append(lines, line)
	}
	return lines
}

func forPeople(outputs []deploy.Output) []deploy.Output {
	var out []deploy.Output
	for _, o := range outputs {
		if o.Key != platform.OutputTemplateHash && o.Key != platform.OutputBuild {
			out = append(out, o)
		}
	}
	return out
}

// ResultTable shows what a run made of each stack.
func (l Look) ResultTable(r *deploy.Result) []string {
	var rows [][]Cell
	for _, s := range r.Stacks {
		sign := RunState(s.State)
		changed := ""
		if s.Changed > 0 {
			changed = Count(s.Changed, "resource")
		}
		took := ""
		if s.Took > 0 && s.State != deploy.NoChange {
			took = Duration(s.Took)
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(sign) + " " + string(s.Stack)}, {s.Name, Dim}, {string(s.State), wordTone(s.State, sign)},
			{changed, Normal}, {took, Normal},
		})
	}
	return l.Table([]Column{{}, {Flexible: true, Optional: true}, {}, {Right: true}, {Right: true}}, rows)
}

// EnvironmentsTable shows the environments.
func (l Look) EnvironmentsTable(environments []EnvironmentRow, now time.Time) []string {
	var rows [][]Cell
	for _, e := range environments {
		current := " "
		if e.Current {
			current = "*"
		}
		sign, words, updated := environmentState(e)
		rows = append(rows, []Cell{
			{current, Strong}, {e.Name, Strong}, {string(e.Tier), Normal}, {Text: l.Glyph(sign)}, {words, wordToneOf(sign)}, {Age(updated, now), Dim},
		})
	}
	return l.Table([]Column{{}, {Title: "ENVIRONMENT"}, {Title: "TIER"}, {}, {Title: "STACKS", Flexible: true}, {Title: "UPDATED", Right: true}}, rows)
}

func environmentState(e EnvironmentRow) (sign State, words string, updated time.Time) {
	if e.Unreachable != "" {
		return Unsure, Clean(e.Unreachable), updated
	}
	if len(e.Stacks) == 0 {
		return Idle, "not deployed", updated
	}
	var troubled []string
	for _, s := range e.Stacks {
		if state := StackState(s.Status); state > sign {
			sign = state
		}
		if StackState(s.Status) != OK {
			troubled = append(troubled, string(s.Name)+" "+StatusWords(s.Status))
		}
		if s.Updated != nil && s.Updated.After(updated) {
			updated = *s.Updated
		}
	}
	words = Count(len(e.Stacks), "stack")
	if len(e.Stacks) < len(platform.Stacks) && sign == OK {
		sign = Attention
	}
	if len(troubled) > 0 {
		words += ", " + strings.Join(troubled, ", ")
	}
	return sign, words, updated
}

// PlaceLine says in one line what a report is about.
func (l Look) PlaceLine(w Where) string {
	line := l.Paint(Strong, w.Environment)
	if w.Tier == platform.Production {
		line = l.Paint(Bad, w.Environment)
	}
	return line + columnGap + l.Paint(Dim, string(w.Tier)+" tier, account "+Clean(w.Account)+", "+Clean(w.Region))
}

// PlanLines says what a deploy is about to do, and where.
func (l Look) PlanLines(w Where, plan *deploy.Plan) []string {
	lines := []string{l.PlaceLine(w)}
	var rows [][]Cell
	for _, s := range plan.Stacks {
		rows = append(rows, []Cell{{Text: "  " + string(s.Stack)}, {string(s.Action), Normal}, {Clean(strings.Join(s.Reasons, ", ")), Dim}})
	}
	lines = append(lines, l.Table([]Column{{}, {}, {Flexible: true}}, rows)...)
	if plan.Estimate > 0 {
		lines = append(lines, "  about "+Duration(plan.Estimate.Round(time.Minute)))
	}
	return lines
}

// ReadyLine sums up a run that went well.
func ReadyLine(w Where, r *deploy.Result) string {
	gone := 0
	for _, s := range r.Stacks {
		if s.State == deploy.Gone {
			gone++
		}
	}
	if gone == len(r.Stacks) {
		return Count(gone, "stack") + " of " + w.Environment + " deleted in " + Duration(r.Took)
	}
	return Count(len(r.Stacks), "stack") + " of " + w.Environment + " ready in " + Duration(r.Took)
}
