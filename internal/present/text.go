package present

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Clean makes text from elsewhere fit for a line: control characters, which could
// move the cursor or hide what stands there, become spaces.
func Clean(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, text))
}

// Width is the number of cells that text takes, styles aside.
func Width(text string) int { return ansi.StringWidth(text) }

// Middle shortens a name to width cells by leaving out its middle.
func (l Look) Middle(name string, width int) string {
	if Width(name) <= width {
		return name
	}
	mark := "…"
	if l.ASCII {
		mark = ".."
	}
	room := width - len([]rune(mark))
	if room < 2 {
		return ansi.Truncate(name, max(width, 0), "")
	}
	head := (room + 1) / 2
	cut := Width(name) - (room - head)
	tail := ansi.TruncateLeft(name, cut, "")
	for Width(tail) > room-head { // the cut went through a wide character
		cut++
		tail = ansi.TruncateLeft(name, cut, "")
	}
	return ansi.Truncate(name, head, "") + mark + tail
}

// Wrap breaks text into lines of at most width cells, between words where it can.
func Wrap(text string, width int) []string {
	return strings.Split(ansi.Wrap(text, max(width, 1), ""), "\n")
}

// Pad fills text with spaces on the right up to width cells.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-Width(text)))
}

// PadLeft fills text with spaces on the left up to width cells.
func PadLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-Width(text))) + text
}

// Duration is a span in its two largest units: "412ms", "9s", "6m12s", "1h12m",
// "3d4h".
func Duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0s"
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", d/time.Minute, d%time.Minute/time.Second)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	const day = 24 * time.Hour
	return fmt.Sprintf("%dd%dh", d/day, d%day/time.Hour)
}

// Rough is an expected span, no finer than it can be known: "~4m", "~20s".
func Rough(d time.Duration) string {
	if d >= time.Minute {
		return fmt.Sprintf("~%dm", d.Round(time.Minute)/time.Minute)
	}
	return "~" + Duration(d)
}

// Count is a number with its noun: "1 stack", "6 stacks".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
