package present

import (
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/secrets"
)

var secretState = map[secrets.State]State{
	secrets.Set: OK, secrets.Unset: Idle, secrets.Placeholder: Attention, secrets.Failing: Broken,
}

// SecretsTable shows every key as it stands, and below what is wrong with some.
func (l Look) SecretsTable(keys []secrets.KeyStatus, now time.Time) []string {
	var rows [][]Cell
	var wrong []string
	for _, k := range keys {
		sign := secretState[k.State]
		if k.State == secrets.Unset && k.Lacking() {
			sign = Attention
		}
		changed := "-"
		if k.State != secrets.Unset {
			changed = Age(k.Changed, now)
			if k.ChangedBefore {
				changed = "> " + changed
			}
		}
		rows = append(rows, []Cell{
			{Text: l.Glyph(sign) + " " + k.Key.Path()}, {string(k.State), wordToneOf(sign)}, {changed, Dim},
			{usedWords(k, now), Dim}, {strings.Join(needers(k.Key), ", "), Dim}, {shortHash(k.Version), Dim},
		})
		if k.Reason != "" {
			wrong = append(wrong, Wrap(k.Key.Path()+" "+k.Reason, l.Width)...)
		}
	}
	columns := []Column{{Title: "  KEY"}, {Title: "STATE"}, {Title: "CHANGED", Right: true}, {Title: "USED", Right: true, Optional: true}, {Title: "NEEDED BY", Optional: true}, {Title: "VERSION", Optional: true}}
	if !slices.ContainsFunc(rows, func(row []Cell) bool { return row[usedColumn].Text != "-" }) {
		columns, rows = withoutColumn(columns, rows, usedColumn)
	}
	return append(l.Table(columns, rows), wrong...)
}

// usedColumn is left out where it says nothing.
const usedColumn = 3

func usedWords(k secrets.KeyStatus, now time.Time) string {
	switch {
	case k.State == secrets.Unset || k.Used.Unknown != "":
		return "-"
	case k.Used.At.IsZero():
		return "not yet"
	}
	return Age(k.Used.At, now)
}

// AdoptionWords say how far a function has come from the old version of a secret.
func AdoptionWords(environment string, a secrets.Adoption) string {
	words := environment + ": " + string(a.Function) + " " + string(a.State)
	switch a.State {
	case secrets.Resting:
		words += "; its next run reads the new value"
	case secrets.Unknown:
		words += ": " + Clean(a.Reason)
	case secrets.Using, secrets.Holding:
		words += ", at " + a.At.UTC().Format(time.TimeOnly) + " UTC"
	}
	return words
}

// ShortVersion is as much of a version's id as tells it apart.
func ShortVersion(id string) string { return shortHash(id) }

// needers are the readers of a key, the application as the last.
func needers(key platform.SecretKey) []string {
	var out []string
	for _, f := range key.Functions {
		out = append(out, string(f))
	}
	if key.Application {
		out = append(out, "application")
	}
	return out
}

// SecretChangeLines show what would change of a secret, each key with what may be seen
// of its value before and after.
func (l Look) SecretChangeLines(secret platform.Secret, differences []secrets.Difference) []string {
	var lines []string
	for _, d := range differences {
		lines = append(lines, "  "+l.Middle(Clean(string(secret)+"."+d.Name), l.Width-2))
		if d.Before.Set {
			lines = append(lines, l.Paint(Bad, "    - "+l.maskWords(d.Before)))
		}
		if d.After.Set {
			lines = append(lines, l.Paint(Good, "    + "+l.maskWords(d.After)))
		}
	}
	return lines
}

func (l Look) maskWords(m secrets.Mask) string {
	words := m.Fingerprint + "  " + Count(m.Length, "character")
	if m.Last != "" {
		mark := "…"
		if l.ASCII {
			mark = ".."
		}
		words += "  ends " + mark + m.Last
	}
	return words
}

// ComparisonTable shows the keys of two environments side by side, by fingerprint.
func (l Look) ComparisonTable(from, to string, all []secrets.Comparison) []string {
	var rows [][]Cell
	for _, c := range all {
		sign, tone := "=", Dim
		if !c.Same() {
			sign, tone = "~", Warning
		}
		rows = append(rows, []Cell{{sign + " " + Clean(string(c.Secret)+"."+c.Name), tone}, {orDash(c.From.Fingerprint), Normal}, {orDash(c.To.Fingerprint), Normal}})
	}
	return l.Table([]Column{{Title: "  KEY", Flexible: true}, {Title: strings.ToUpper(from)}, {Title: strings.ToUpper(to)}}, rows)
}

// HistoryTable shows the versions of a secret, the newest first.
func (l Look) HistoryTable(versions []secrets.Past, now time.Time) []string {
	var rows [][]Cell
	for _, v := range versions {
		tone := Dim
		if v.Current() {
			tone = Strong
		}
		read := "never"
		if !v.Accessed.IsZero() {
			read = v.Accessed.UTC().Format(time.DateOnly)
		}
		stages := slices.Clone(v.Stages)
		slices.Sort(stages)
		rows = append(rows, []Cell{{Clean(v.Version), tone}, {Age(v.Created, now), Normal}, {Clean(strings.Join(stages, ", ")), Normal}, {read, Dim}})
	}
	return l.Table([]Column{{Title: "VERSION", Flexible: true}, {Title: "MADE", Right: true}, {Title: "LABELS"}, {Title: "LAST READ", Optional: true}}, rows)
}

// SecretWrittenLine says what a write left of a secret in an environment.
func (l Look) SecretWrittenLine(w SecretWrittenRow) string {
	what := string(w.Secret) + ", " + Count(len(w.Keys), "value")
	if len(w.Keys) == 1 {
		what = w.Keys[0]
	}
	end := "unchanged"
	if w.Changed {
		end = "version " + shortHash(w.Version)
	}
	start := w.Environment + columnGap
	return start + l.Middle(what, l.Width-Width(start)-len(columnGap)-len(end)) + columnGap + end
}
