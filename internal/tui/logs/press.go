package logs

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/logs/line"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// press takes a key in the list of lines.
func (l *Logs) press(msg tea.KeyPressMsg) tea.Cmd {
	if l.moved(msg) {
		return nil
	}
	switch {
	case key.Matches(msg, keys.Error):
		return l.toError(1, "no error further down")
	case key.Matches(msg, keys.ErrorUp):
		return l.toError(-1, "no error further up")
	case key.Matches(msg, keys.Freeze):
		l.freeze(l.following)
	case key.Matches(msg, keys.Fold):
		l.fold()
	case key.Matches(msg, keys.FoldAll):
		l.whole = !l.whole
		clear(l.unfolded)
	case key.Matches(msg, keys.Log):
		l.turnGroup(1)
	case key.Matches(msg, keys.LogBefore):
		l.turnGroup(-1)
	case key.Matches(msg, keys.Level):
		l.turnLevel()
	case key.Matches(msg, keys.Earlier):
		return l.shift(-1)
	case key.Matches(msg, keys.Later):
		return l.shift(1)
	case key.Matches(msg, keys.ZoomIn):
		return l.zoom(-1)
	case key.Matches(msg, keys.ZoomOut):
		return l.zoom(1)
	case key.Matches(msg, keys.JumpTo):
		return l.jump()
	case key.Matches(msg, keys.Refresh):
		return l.read()
	default:
		return l.leave(msg)
	}
	return nil
}

// leave takes the keys that lead somewhere else.
func (l *Logs) leave(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, keys.Enter):
		if r := l.chosen(); r != nil && r.request != "" {
			return l.openInvocation(r.request)
		}
		return page.Send(page.Say{Text: "the line names no invocation", Tone: present.Dim})
	case key.Matches(msg, keys.Invocations):
		return l.openInvocations()
	case key.Matches(msg, keys.Job):
		if id := l.jobID(); id != "" {
			return l.openJob(id)
		}
		return page.Send(page.Say{Text: "the line names no job", Tone: present.Dim})
	case key.Matches(msg, keys.Metric):
		return l.metric()
	}
	return nil
}

// moved moves the cursor by a key, and reports whether the key was of that kind.
func (l *Logs) moved(msg tea.KeyPressMsg) bool {
	n, at := l.matches.Len(), l.at()
	page := max(l.drawn.height-2, 1)
	switch {
	case key.Matches(msg, keys.Up, keys.Previous):
		at--
	case key.Matches(msg, keys.Down, keys.Next):
		at++
	case key.Matches(msg, keys.PageUp):
		at -= page
	case key.Matches(msg, keys.PageDown):
		at += page
	case key.Matches(msg, keys.Top):
		at = 0
	case key.Matches(msg, keys.Bottom):
		l.freeze(false)
		return true
	default:
		return false
	}
	if n > 0 {
		l.following = false
		l.cursor = l.matches.Number(min(max(at, 0), n-1))
	}
	return true
}

// toError moves the cursor to the next error in a direction, or says that there is none.
func (l *Logs) toError(step int, none string) tea.Cmd {
	for at := l.at() + step; at >= 0 && at < l.matches.Len(); at += step {
		if l.matches.At(at).level >= line.Error {
			l.following, l.cursor = false, l.matches.Number(at)
			return nil
		}
	}
	return page.Send(page.Say{Text: none, Tone: present.Dim})
}

// at is the place of the cursor among the rows that are seen.
func (l *Logs) at() int {
	last := max(l.matches.Len()-1, 0)
	if l.following {
		return last
	}
	return min(l.matches.Place(l.cursor), last)
}

// chosen is the row under the cursor, nil where there is none.
func (l *Logs) chosen() *row {
	if l.matches.Len() == 0 {
		return nil
	}
	return l.matches.At(l.at())
}

// freeze keeps the list where it is, or has it follow the newest line.
func (l *Logs) freeze(frozen bool) {
	if l.matches.Len() > 0 {
		l.cursor = l.matches.Number(l.at())
	}
	l.following = !frozen
}

func (l *Logs) scroll(lines int) {
	if p := l.place(); p != nil {
		p.list.Scroll(lines)
		return
	}
	if n := l.matches.Len(); n > 0 {
		at := min(max(l.at()+lines, 0), n-1)
		l.following, l.cursor = false, l.matches.Number(at)
	}
}

// fold shows the row under the cursor whole, or in one line.
func (l *Logs) fold() {
	if l.matches.Len() == 0 {
		return
	}
	number := l.matches.Number(l.at())
	l.freeze(true)
	if l.unfolded[number] {
		delete(l.unfolded, number)
	} else {
		l.unfolded[number] = true
	}
}

// turnGroup goes from all groups through each of them.
func (l *Logs) turnGroup(step int) {
	c, n := l.choice, len(l.Groups)+1
	c.group = (c.group+1+step+n)%n - 1
	l.choose(c)
}

// turnLevel goes from errors of one kind to all errors, to all levels, to warnings and
// errors, and to errors.
func (l *Logs) turnLevel() {
	c := l.choice
	switch {
	case c.kind != "":
		c.kind = ""
	case c.level == line.Unknown:
		c.level = line.Warn
	case c.level == line.Warn:
		c.level = line.Error
	default:
		c.level = line.Unknown
	}
	l.choose(c)
}

// jobID is the id of what the row under the cursor is about.
func (l *Logs) jobID() string {
	r := l.chosen()
	if r == nil {
		return ""
	}
	for _, f := range line.Parse(r.message).Fields {
		switch f.Name {
		case "jobId", "interactionId", "leadId":
			return f.Value
		}
	}
	return ""
}

// metric opens the errors of the function under the cursor, over the same window.
func (l *Logs) metric() tea.Cmd {
	group := l.choice.group
	if r := l.chosen(); group < 0 && r != nil {
		group = r.group
	}
	target := page.Target{}
	if group >= 0 && l.Groups[group].Function != "" {
		target.Metric = l.Groups[group].Short + ".errors"
	}
	return page.Send(page.Go{To: page.Metrics, Target: target})
}

// Travels is the window and the filter.
func (l *Logs) Travels() page.Target {
	return page.Target{From: l.span.from, Until: l.span.until, Filter: l.choice.text}
}

// Copy is the whole of what is under the cursor, as it was logged.
func (l *Logs) Copy() string {
	if p := l.place(); p != nil {
		return p.copied()
	}
	if r := l.chosen(); r != nil {
		return r.text()
	}
	return ""
}

// Command is the command that shows the same.
func (l *Logs) Command() string {
	if p := l.place(); p != nil {
		return p.command
	}
	groups := l.Groups
	if l.choice.group >= 0 {
		groups = l.Groups[l.choice.group : l.choice.group+1]
	}
	text := "keyvex logs tail" + only(groups) + l.flags()
	if l.choice.level != line.Unknown {
		text += " --level " + l.choice.level.String()
	}
	if l.choice.text != "" {
		text += " --grep " + quoted("(?i)"+l.choice.text)
	}
	return text
}

// flags are the environment and the window.
func (l *Logs) flags() string {
	text := fmt.Sprintf(" -e %s --since %s", l.host.Where.Environment, l.span.from.UTC().Format(time.RFC3339))
	if !l.span.until.IsZero() {
		text += " --until " + l.span.until.UTC().Format(time.RFC3339)
	}
	return text
}

// quoted is one word for a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// click puts the cursor on a row, and goes into it the second time.
func (l *Logs) click(at page.Click) tea.Cmd {
	if p := l.place(); p != nil {
		if row := p.list.First + at.Y - p.above; at.Y >= p.above && row < p.list.Rows {
			if row == p.list.Cursor {
				return l.into(p)
			}
			p.list.To(row)
		}
		return nil
	}
	row := at.Y - l.drawn.above
	if row < 0 || row >= len(l.drawn.numbers) {
		return nil
	}
	number := l.drawn.numbers[row]
	if !l.following && number == l.cursor {
		return l.press(tea.KeyPressMsg{Code: tea.KeyEnter})
	}
	l.following, l.cursor = false, number
	return nil
}

// Link is the log group under the cursor in AWS's own console.
func (l *Logs) Link() string {
	group := l.choice.group
	if r := l.chosen(); r != nil {
		group = r.group
	}
	if group < 0 {
		return ""
	}
	// The address has the name encoded twice, with $ for %.
	name := strings.ReplaceAll(l.Groups[group].Name, "/", "$252F")
	return l.host.AWSConsole("cloudwatch", "logsV2:log-groups/log-group/"+name)
}
