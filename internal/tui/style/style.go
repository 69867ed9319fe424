// Package style has the console's styles, made once per look. Signs and tones are
// those of present; colour never says anything alone.
package style

import (
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyvex/keyvex/internal/present"
)

// Style is a look with everything made that is needed at each drawing.
type Style struct {
	present.Look
	// Production and Elsewhere are the band that names the environment.
	Production, Elsewhere lipgloss.Style
	// Key and Hint are a key and what it does.
	Key, Hint lipgloss.Style
	// Title is a panel's or a dialog's.
	Title lipgloss.Style
	// Chosen is a button or an entry under the cursor.
	Chosen lipgloss.Style
	// Box frames a dialog.
	Box lipgloss.Style
	// Cursor and Mark stand before a row: "▸" and "+", one cell each.
	Cursor, Mark string
	// Ellipsis ends what was cut.
	Ellipsis string
	// Crumb separates the breadcrumbs.
	Crumb string
}

// New makes the styles of a look, whose width and height are of no account.
func New(look present.Look) *Style {
	plain := lipgloss.NewStyle()
	s := &Style{
		Look: look, Title: plain.Bold(true), Chosen: plain.Reverse(true), Key: plain.Bold(true), Hint: plain,
		Production: plain.Bold(true).Reverse(true), Elsewhere: plain.Bold(true),
		Box:    plain.Border(lipgloss.RoundedBorder()).Padding(0, 1),
		Cursor: "▸", Mark: "+", Ellipsis: "…", Crumb: " › ",
	}
	if look.Color {
		s.Hint = plain.Foreground(lipgloss.BrightBlack)
		s.Production = plain.Bold(true).Foreground(lipgloss.BrightWhite).Background(lipgloss.Red)
		s.Elsewhere = plain.Bold(true).Foreground(lipgloss.Cyan)
		s.Box = s.Box.BorderForeground(lipgloss.Cyan)
	}
	if look.ASCII {
		s.Box = s.Box.BorderStyle(lipgloss.ASCIIBorder())
		s.Cursor, s.Ellipsis, s.Crumb = ">", "~", " > "
	}
	return s
}

var arrows = strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right")

// KeyName is a key's name as the terminal can show it.
func (s *Style) KeyName(name string) string {
	if s.ASCII {
		return arrows.Replace(name)
	}
	return name
}

// Clip cuts a line to width cells and marks the cut.
func (s *Style) Clip(line string, width int) string {
	if len(line) <= width || present.Width(line) <= width {
		return line
	}
	return ansi.Truncate(line, max(width, 0), s.Ellipsis)
}

// Fit makes text exactly height lines, none wider than width.
func (s *Style) Fit(text string, width, height int) []string {
	lines := strings.Split(text, "\n")
	out := make([]string, height)
	for i := range out {
		if i < len(lines) {
			out[i] = s.Clip(lines[i], width)
		}
	}
	return out
}

// Row puts the cursor's and the mark's sign before a line of a list.
func (s *Style) Row(line string, cursor, marked bool) string {
	head := " "
	switch {
	case cursor:
		head = s.Paint(present.Strong, s.Cursor)
	case marked:
		head = s.Paint(present.Busy, s.Mark)
	}
	if cursor {
		return head + s.Highlight(line)
	}
	return head + line
}

// Stale draws a row that begins with a sign as one of which it is not known whether it
// still holds.
func (s *Style) Stale(row string) string {
	sign := s.Glyph(present.Unsure)
	return sign + s.Paint(present.Dim, ansi.TruncateLeft(ansi.Strip(row), present.Width(sign), ""))
}

// Highlight draws a line as the one under the cursor: bold, its own tones kept.
func (s *Style) Highlight(line string) string {
	if !s.Color || line == "" {
		return line
	}
	const bold, reset = "\x1b[1m", "\x1b[m"
	return bold + strings.ReplaceAll(line, reset, reset+bold) + reset
}
