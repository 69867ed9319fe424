package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
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
	if s.notice.text != "" && s.filtering == nil {
		said := s.notice.lines(s.host.Style, s.width-2, min(mostOfNotice, s.height-1))
		return append(lines[:s.height-len(said)], said...)
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
	if s.budget.DollarsPerHour > 0 {
		text += present.Pace(s.budget, s.width)
	}
	if s.budget.Capped {
		text += st.Paint(present.Warning, " capped")
	}
	return strings.TrimSuffix(text, "  ")
}
