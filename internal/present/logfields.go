package present

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/logs"
)

// fields draws the other members of a JSON line: behind its text, as many as fit where
// lines are broken, or each in a line of its own.
func (s LogStyle) fields(out *strings.Builder, e logs.Entry) {
	if s.Unfold {
		for _, f := range e.Fields {
			out.WriteString("\n" + s.Paint(Dim, Clean(f.Name)+": ") + unfolded(f.Value))
		}
		return
	}
	text := out.String()
	room, folded := s.Width-Width(text[strings.LastIndexByte(text, '\n')+1:])%max(s.Width, 1)-len(" +99"), 0
	for _, f := range e.Fields {
		if f.Value == e.Request {
			continue
		}
		name, value := Clean(f.Name)+"=", logValue(cut(Harmless(f.Value), maxLogValue))
		if room -= 1 + Width(name) + Width(value); s.Wrap && room < 0 {
			folded++
			continue
		}
		out.WriteString(" " + s.Paint(Dim, name) + value)
	}
	if folded > 0 {
		out.WriteString(s.Paint(Dim, fmt.Sprintf(" +%d", folded)))
	}
}

// unfolded is a value with its own members and elements in lines of their own.
func unfolded(value string) string {
	var pretty bytes.Buffer
	if (strings.HasPrefix(value, "{") || strings.HasPrefix(value, "[")) && json.Indent(&pretty, []byte(value), "", "  ") == nil {
		value = pretty.String()
	}
	return cut(Harmless(value), maxLogText)
}

// logValue has quotes around it where it would not be seen to be one value.
func logValue(value string) string {
	if value == "" || strings.ContainsAny(value, " \n=\"") && !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") {
		return `"` + strings.ReplaceAll(value, "\n", " ") + `"`
	}
	return strings.ReplaceAll(value, "\n", " ")
}
