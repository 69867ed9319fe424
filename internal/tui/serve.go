package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// serve does what a page asks for.
func (s *Shell) serve(f *frame, msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Go:
		return s.jump(msg.To, msg.Target)
	case page.Say:
		return s.say(msg.Text, msg.Tone)
	case page.Fail:
		return s.fail(msg.Err)
	case page.Copy:
		return tea.Batch(tea.SetClipboard(msg.Text), s.say("copied "+msg.What, present.Good))
	case page.Ask:
		return s.ask(f, msg)
	case page.Prompt:
		s.over = newPrompt(f, msg)
	case page.Edit:
		return s.editor.open(f, msg)
	case page.Run:
		return s.run(f, msg)
	case page.Fresh:
		f.data = msg.At
		if msg.Budget.DollarsPerHour > 0 {
			s.budget = msg.Budget
		}
		if where := &s.host.Where; msg.Account != "" {
			where.Account, where.Region = msg.Account, msg.Region
		}
	case snapped:
		if msg.err != nil {
			return s.fail(msg.err)
		}
		return s.say("written to "+msg.file, present.Good)
	}
	return nil
}

// run gives the terminal to a command.
func (s *Shell) run(f *frame, run page.Run) tea.Cmd {
	command, err := s.command(run)
	if err != nil {
		return s.fail(err)
	}
	return tea.Exec(command, func(err error) tea.Msg {
		if err != nil {
			return page.Fail{Err: problem.New(problem.Failed, "keyvex %s cannot be run: %s", strings.Join(run.Args, " "), err)}
		}
		return routed{f.number, page.Ran{}}
	})
}

// notice is what is shown in the footer's place for a while, and above it as far as it
// is longer.
type notice struct {
	text   string
	tone   present.Tone
	number int
}

type noticeOver int

func (n *notice) expire(number noticeOver) {
	if int(number) == n.number {
		n.text = ""
	}
}

// mostOfNotice is how many lines a notice takes at most.
const mostOfNotice = 4

func (n *notice) lines(st *style.Style, width, most int) []string {
	lines := wrapped(n.text, width)
	if len(lines) > most {
		lines[most-1] = st.Clip(strings.Join(lines[most-1:], " "), width)
		lines = lines[:most]
	}
	for i, line := range lines {
		lines[i] = " " + st.Paint(n.tone, line)
	}
	return lines
}

// Notices stay long enough to be read, errors longer.
const (
	shortNotice = 4 * time.Second
	longNotice  = 12 * time.Second
)

func (s *Shell) say(text string, tone present.Tone) tea.Cmd {
	s.notice = notice{text: present.Clean(text), tone: tone, number: s.notice.number + 1}
	stay := shortNotice
	if tone == present.Bad || tone == present.Warning {
		stay = longNotice
	}
	return s.host.After(stay, noticeOver(s.notice.number))
}

// fail shows an error and its hint in one line.
func (s *Shell) fail(err error) tea.Cmd {
	if err == nil {
		return nil
	}
	text, hint := present.ProblemWords(err)
	if hint != "" {
		text += " (" + hint + ")"
	}
	return s.say(text, present.Bad)
}

// working is what leaving the console would break off.
func (s *Shell) working() []string {
	var out []string
	for _, t := range s.tabs {
		if t.entry.Working != nil {
			out = append(out, t.entry.Working()...)
		}
	}
	return out
}

// quit ends the console, and asks first while something is at work.
func (s *Shell) quit() tea.Cmd {
	if busy := s.working(); len(busy) > 0 && !s.quitting {
		s.quitting = true
		return s.ask(nil, page.Ask{Title: "Leave while this is at work?", Lines: busy, Yes: "leave", Do: func() tea.Msg { return tea.QuitMsg{} }})
	}
	return tea.Quit
}
