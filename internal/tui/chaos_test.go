package tui_test

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/tui/drive"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// everyKey lists all that is bound, and what is typed into lines.
func everyKey() []string {
	var out []string
	for _, bindings := range [][]key.Binding{
		keys.Of(keys.Pages, keys.Back, keys.Quit, keys.Palette, keys.Filter, keys.Act, keys.Copy, keys.Command, keys.Link, keys.Zone, keys.Help, keys.Enter, keys.Panel),
		{keys.Logs, keys.Metric, keys.Mark, keys.Next, keys.Previous, keys.Error, keys.ErrorUp, keys.Earlier, keys.Later, keys.ZoomIn, keys.ZoomOut, keys.Compare, keys.Freeze, keys.Refresh, keys.Attention, keys.Left, keys.Right},
	} {
		for _, b := range bindings {
			out = append(out, b.Keys()...)
		}
	}
	out = append(out, "backspace", "ctrl+w", "ctrl+u", "delete", "x", "ä", "日", "\x7f")
	return slices.DeleteFunc(out, func(name string) bool { return name == "S" }) // it writes a file each time
}

// Whatever is pressed, in a terminal of whatever size, nothing panics and each frame
// fits (which the driver checks). KEYVEX_EVENTS is how many times, twenty thousand unless
// it is set; make figures does a hundred thousand.
func TestKeysClicksAndSizesAtRandom(t *testing.T) {
	events := 20_000
	if n, err := strconv.Atoi(os.Getenv("KEYVEX_EVENTS")); err == nil {
		events = n
	}
	names := everyKey()
	seed := uint64(20261128)
	console(t, func(t *testing.T, d *drive.Driver, w *world) {
		random := rand.New(rand.NewPCG(seed, 1))
		for i := range events {
			switch n := random.IntN(100); {
			case n < 2:
				d.Post(tea.WindowSizeMsg{Width: random.IntN(220), Height: random.IntN(70)})
			case n < 6:
				d.Post(tea.MouseClickMsg{X: random.IntN(240) - 10, Y: random.IntN(80) - 5, Button: tea.MouseLeft})
			case n < 9:
				d.Post(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
			case n < 10:
				d.Post([]tea.Msg{tea.FocusMsg{}, tea.BlurMsg{}}[random.IntN(2)])
			case n < 11:
				d.Post(tea.PasteMsg{Content: "pasted \x1b[2J text"})
			case n < 12:
				d.Post(page.Say{Text: strings.Repeat("ein Satz ", random.IntN(30))})
			default:
				d.Post(drive.Key(t, names[random.IntN(len(names))]))
			}
			if len(w.pages) > 0 && i%50 == 0 {
				w.last().actions = []page.Action{{Key: "r", Title: "redrive", Do: func() tea.Cmd {
					return page.Send(page.Ask{Title: "Redrive?", Lines: []string{"one", "two"}, Yes: "redrive", Loses: random.IntN(2) == 0, Do: page.Send(done("x"))})
				}}}
				d.Advance(100 * time.Millisecond)
			}
		}
		d.Resize(80, 24)
	})
}
