package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// bars is how many lines the header and the footer take together.
const bars = 2

// smallest is below what no page is drawn.
const smallestWidth, smallestHeight = 20, 5

// View lays the screen out: a header, the page, a footer, and what lies over them.
func (s *Shell) View() tea.View {
	view := tea.NewView(strings.Join(s.lines(), "\n"))
	view.AltScreen, view.ReportFocus, view.MouseMode = true, true, tea.MouseModeCellMotion
	view.WindowTitle = "keyvex " + s.host.Where.Environment
	return view
}

func (s *Shell) lines() []string {
	if s.width < smallestWidth || s.height < smallestHeight {
		return s.host.Style.Fit("keyvex: too small", s.width, max(s.height, 0))
	}
	lines := make([]string, 0, s.height)
	lines = append(lines, s.host.Style.Clip(s.header(), s.width))
	body := ""
	if top := s.top(); top != nil {
		body = top.page.View(s.width, s.height-bars)
	}
	lines = append(lines, s.host.Style.Fit(body, s.width, s.height-bars)...)
	if s.over != nil {
		s.lay(lines)
	}
	return append(lines, s.host.Style.Clip(s.footer(), s.width))
}

// header is where one is, what time it is, and how old and dear the data.
func (s *Shell) header() string {
	st, where := s.host.Style, s.host.Where
	band := st.Elsewhere
	name := where.Environment
	if where.Tier == platform.Production {
		band, name = st.Production, strings.ToUpper(name)
	}
	left := band.Render(" " + name + " ")
	right := s.clock()
	if age := s.age(); age != "" {
		right += "  " + age
	}
	room := max(s.width-present.Width(left)-present.Width(right)-2, 0)
	return left + present.Pad(st.Clip(" "+s.whereabouts(room-1), room), room) + " " + right + " "
}

// whereabouts are the breadcrumbs, once there are any, else the account.
func (s *Shell) whereabouts(width int) string {
	st := s.host.Style
	mode := "rw"
	if s.host.ReadOnly {
		mode = "read-only"
	}
	if s.current < len(s.tabs) && (len(s.tabs[s.current].stack) > 1 || s.current > 0) {
		var crumbs []string
		for _, f := range s.tabs[s.current].stack {
			crumbs = append(crumbs, present.Clean(f.page.Title()))
		}
		for len(crumbs) > 2 && present.Width(strings.Join(crumbs, st.Crumb)) > width {
			crumbs = append([]string{st.Ellipsis}, crumbs[2:]...)
		}
		text := strings.Join(crumbs, st.Crumb)
		if s.host.ReadOnly {
			return mode + "  " + text
		}
		return text
	}
	account := s.host.Where.Account
	if len(account) == 12 {
		account = account[:4] + ".." + account[8:]
	}
	where := []string{account, s.host.Where.Region, mode}
	if s.host.ReadOnly { // what is cut off is never that
		where = []string{mode, account, s.host.Where.Region}
	}
	return strings.Join(strings.Fields(strings.Join(where, " ")), " ")
}

func (s *Shell) clock() string {
	now := s.host.Now().In(s.host.Zone)
	if s.host.Zone == time.UTC {
		return now.Format("15:04:05Z")
	}
	return now.Format("15:04:05 MST")
}

// old is from when on the header warns of the data's age.
const old = 3 * time.Minute

// age is how old the page's data is and what the asking costs.
func (s *Shell) age() string {
	st, text := s.host.Style, ""
	if top := s.top(); top != nil && !top.data.IsZero() {
		age := s.host.Now().Sub(top.data)
		text = "data " + present.Coarse(age.Truncate(time.Second)) + "  "
		if age >= old {
			text = st.Paint(present.Warning, text)
		}
	}
	if s.perHour > 0 {
		text += fmt.Sprintf("$%.2f/h", s.perHour)
	}
	if s.capped {
		text += st.Paint(present.Warning, " capped")
	}
	return strings.TrimSuffix(text, "  ")
}

// footer is the pages and the main keys; for a while it is a notice, and the
// filter's line while that is typed.
func (s *Shell) footer() string {
	st := s.host.Style
	if s.filtering != nil {
		return " /" + s.filtering.View(st, s.width-2)
	}
	if s.notice.text != "" {
		return " " + st.Paint(s.notice.tone, st.Middle(s.notice.text, s.width-2))
	}
	left, right := s.pageNames(true), s.hints()
	if help := st.Key.Render(keys.Help.Help().Key); present.Width(left)+present.Width(right[len(right)-1])+3 > s.width {
		if room := s.width - present.Width(help); present.Width(left)+2 <= room {
			return present.Pad(left, room) + help
		}
		left = s.pageNames(false)
	}
	for len(right) > 1 && present.Width(left)+present.Width(strings.Join(right, "  "))+3 > s.width {
		right = right[1:]
	}
	hints := strings.Join(right, "  ")
	return present.Pad(left, s.width-present.Width(hints)-1) + hints
}

// pageNames are the pages with the keys that lead there, or the keys alone of those that
// are not on the screen.
func (s *Shell) pageNames(all bool) string {
	var pages []string
	for i, t := range s.tabs {
		name := strconv.Itoa(i + 1)
		if all || i == s.current {
			name += " " + t.entry.Name
		}
		if i == s.current {
			name = s.host.Style.Chosen.Render(name)
		}
		pages = append(pages, name)
	}
	return " " + strings.Join(pages, " ")
}

// hints are keys for the footer, the least important first.
func (s *Shell) hints() []string {
	st := s.host.Style
	var out []string
	add := func(key, what string) { out = append(out, st.Key.Render(st.KeyName(key))+" "+st.Hint.Render(what)) }
	if top := s.top(); top != nil {
		own := top.page.Keys()
		for _, binding := range own[:min(len(own), 3)] {
			add(binding.Help().Key, binding.Help().Desc)
		}
		if _, ok := top.page.(page.Filterable); ok {
			add(keys.Filter.Help().Key, "filter")
		}
	}
	add(":", "go")
	leave := "quit"
	if s.somewhere() {
		leave = "back"
	}
	add("q", leave)
	if top := s.top(); top != nil && len(top.page.Actions()) > 0 {
		add("a", "act")
	}
	add("?", "keys")
	return out
}
