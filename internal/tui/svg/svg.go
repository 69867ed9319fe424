// Package svg draws a terminal's screen as an SVG picture, whose text stays text:
// it can be selected, searched and read aloud.
package svg

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	"charm.land/lipgloss/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
)

// The size of a cell and the margin, in pixels.
const (
	cellWidth, cellHeight = 8.4, 18
	margin                = 12
	fontSize              = 14
	ground, ink           = "#16181d", "#d7dae0"
)

// palette is what the sixteen colours look like in the picture; a terminal has its own.
var palette = map[color.Color]string{
	lipgloss.Black: "#16181d", lipgloss.Red: "#e5484d", lipgloss.Green: "#4cc38a", lipgloss.Yellow: "#f0c000",
	lipgloss.Blue: "#5b8def", lipgloss.Magenta: "#c678dd", lipgloss.Cyan: "#4fb8cc", lipgloss.White: "#d7dae0",
	lipgloss.BrightBlack: "#8a919e", lipgloss.BrightRed: "#ff6369", lipgloss.BrightGreen: "#63d9a0", lipgloss.BrightYellow: "#ffd84d",
	lipgloss.BrightBlue: "#82aaff", lipgloss.BrightMagenta: "#d7a0f0", lipgloss.BrightCyan: "#7fdbea", lipgloss.BrightWhite: "#ffffff",
}

// Draw draws a screen of that size from its lines, with the colours in them.
func Draw(screen string, width, height int) string {
	buffer := uv.NewScreenBuffer(width, height)
	buffer.Method = ansi.GraphemeWidth
	uv.NewStyledString(screen).Draw(buffer, buffer.Bounds())
	var out strings.Builder
	w, h := float64(width)*cellWidth+2*margin, height*cellHeight+2*margin
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" viewBox="0 0 %.0f %d" role="img" aria-label="keyvex console">`+"\n", w, h, w, h)
	fmt.Fprintf(&out, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", ground)
	fmt.Fprintf(&out, `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="%d" fill="%s" xml:space="preserve" style="white-space:pre">`+"\n", fontSize, ink)
	for y := range height {
		for _, r := range runs(buffer, y, width) {
			r.draw(&out, y)
		}
	}
	out.WriteString("</g>\n</svg>\n")
	return out.String()
}

// run is neighbouring cells of one style.
type run struct {
	x, cells int
	text     string
	style    uv.Style
}

func runs(buffer uv.ScreenBuffer, y, width int) []run {
	var out []run
	for x := 0; x < width; x++ {
		cell := buffer.CellAt(x, y)
		if cell == nil || cell.Width == 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].style.Equal(&cell.Style) {
			out[n-1].text += cell.Content
			out[n-1].cells += cell.Width
			continue
		}
		out = append(out, run{x: x, cells: cell.Width, text: cell.Content, style: cell.Style})
	}
	return out
}

// draw draws the run's ground and its text. The length keeps the text on the grid,
// whatever the font.
func (r run) draw(out *strings.Builder, y int) {
	fill, behind := hex(r.style.Fg, ink), hex(r.style.Bg, "")
	if r.style.Attrs&uv.AttrReverse != 0 {
		if behind == "" {
			behind = ground
		}
		fill, behind = behind, fill
	}
	left, length := margin+float64(r.x)*cellWidth, float64(r.cells)*cellWidth
	if behind != "" {
		fmt.Fprintf(out, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`, left, margin+y*cellHeight, length, cellHeight, behind)
	}
	if strings.TrimSpace(r.text) == "" {
		if behind != "" {
			out.WriteByte('\n')
		}
		return
	}
	weight := ""
	if r.style.Attrs&uv.AttrBold != 0 {
		weight = ` font-weight="bold"`
	}
	if fill != ink {
		weight += ` fill="` + fill + `"`
	}
	fmt.Fprintf(out, `<text x="%.1f" y="%d" textLength="%.1f"%s>%s</text>`+"\n",
		left, margin+y*cellHeight+fontSize, length, weight, html.EscapeString(r.text))
}

// hex is a colour as the picture has it.
func hex(c color.Color, otherwise string) string {
	if c == nil {
		return otherwise
	}
	if named, ok := palette[c]; ok {
		return named
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
