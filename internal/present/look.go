// Package present turns the results of the domains into lines, tables and JSON.
// It is pure: what goes in is data and a Look, what comes out is text. Commands
// and console share it, so that both show a thing in the same words.
//
// Lines never exceed Look.Width. Names give way in the middle; states, times and
// numbers never do. Text that came from elsewhere passes through Clean first.
package present

import (
	"image/color"

	"charm.land/lipgloss/v2"
)

// Look is what the reader's screen can show.
type Look struct {
	// Width is the number of cells in a line.
	Width int
	// Height is the number of lines that can be drawn over again; 0 for no limit.
	Height int
	// Color allows SGR sequences.
	Color bool
	// ASCII replaces the glyphs by letters.
	ASCII bool
}

// Tone is what a piece of text means; colour only repeats what the words say.
type Tone int

// The tones.
const (
	Normal  Tone = iota
	Good         // green
	Warning      // yellow
	Bad          // red
	Unknown      // magenta
	Dim          // grey
	Strong       // bold
	Busy         // cyan
)

// The sixteen colours of a terminal's own theme, so that nothing needs to be
// asked about its background.
var toneColors = map[Tone]color.Color{
	Good: lipgloss.Green, Warning: lipgloss.Yellow, Bad: lipgloss.Red,
	Unknown: lipgloss.Magenta, Dim: lipgloss.BrightBlack, Busy: lipgloss.Cyan,
}

// Paint gives text its tone, where the look has colour.
func (l Look) Paint(tone Tone, text string) string {
	if !l.Color || tone == Normal || text == "" {
		return text
	}
	style := lipgloss.NewStyle().Bold(tone == Strong || tone == Bad)
	if c, ok := toneColors[tone]; ok {
		style = style.Foreground(c)
	}
	return style.Render(text)
}
