package svg_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"github.com/keyvex/keyvex/internal/tui/svg"
)

// texts reads the picture as an XML parser that is not ours does: what stands where,
// in which colour.
func texts(t *testing.T, picture string) (out []map[string]string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(picture))
	var now map[string]string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, picture)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if now = nil; token.Name.Local == "text" {
				now = map[string]string{}
				for _, a := range token.Attr {
					now[a.Name.Local] = a.Value
				}
			}
		case xml.CharData:
			if now != nil {
				now["text"] = string(token)
				out = append(out, now)
				now = nil
			}
		}
	}
}

func TestWhatIsOnTheScreenIsInThePictureWhereItStood(t *testing.T) {
	bad := lipgloss.NewStyle().Bold(true).Foreground(lipgloss.Red).Render("✖ <BROKEN> & \"so\"")
	chosen := lipgloss.NewStyle().Reverse(true).Render("1 Overview")
	got := texts(t, svg.Draw("plain 日本 x\n"+bad+" after\n"+chosen, 40, 4))
	want := []map[string]string{
		{"text": "plain 日本 x", "x": "12.0", "y": "26"},
		{"text": "✖ <BROKEN> & \"so\"", "x": "12.0", "y": "44", "font-weight": "bold", "fill": "#e5484d", "textLength": "142.8"}, // 17 cells of 8.4
		{"text": " after", "x": "154.8", "y": "44"},
		{"text": "1 Overview", "x": "12.0", "y": "62", "fill": "#16181d"}, // dark upon light
	}
	if len(got) != len(want) {
		t.Fatalf("%d texts, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		for name, value := range want[i] {
			if at := strings.TrimRight(got[i][name], " "); at != value {
				t.Errorf("text %d: %s is %q, want %q", i, name, at, value)
			}
		}
	}
}

func TestAPictureHasNoControlCharacter(t *testing.T) {
	for _, r := range svg.Draw("a\x1b[31mb\x1b[0m\tc\x07\x00d", 20, 2) {
		if r < ' ' && r != '\n' {
			t.Fatalf("it has %q", r)
		}
	}
}
