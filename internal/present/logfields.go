package present

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/line"
)

// fields draws the other members of a JSON line: behind its text, all or those that
// fit, or each in a line of its own.
func (s LogStyle) fields(out *strings.Builder, e logs.Entry) {
	if s.Unfold {
		for _, f := range e.Fields {
			out.WriteString("\n" + s.Paint(Dim, Clean(f.Name)+": ") + unfolded(f.Value))
		}
		return
	}
	text := out.String()
	room, folded := s.Width-Width(text[strings.LastIndexByte(text, '\n')+1:])%max(s.Width, 1)-len(" +99"), 0
	for _, f := range s.ordered(e.Fields) {
		if f.Value == e.Request {
			continue
		}
		name, value := Clean(f.Name)+"=", logValue(cut(Harmless(f.Value), maxLogValue))
		if left := room - 1 - Width(name); s.Fold && reasons[f.Name] && left >= leastReason {
			value = s.Middle(value, left)
		}
		takes := 1 + Width(name) + Width(value)
		if s.Fold && takes > room {
			folded++
			continue
		}
		room -= takes
		out.WriteString(" " + s.Paint(Dim, name) + value)
	}
	if folded > 0 {
		out.WriteString(s.Paint(Dim, fmt.Sprintf(" +%d", folded)))
	}
}

// reasons are the names of members that say why something failed. A line with room for
// nothing else shows them, shortened to leastReason cells if it must be.
var reasons = map[string]bool{"error": true, "err": true, "errorMessage": true, "reason": true}

const leastReason = 8

// ordered has the reasons first, where not all members may fit.
func (s LogStyle) ordered(fields []line.Field) []line.Field {
	if !s.Fold {
		return fields
	}
	return slices.SortedStableFunc(slices.Values(fields), func(a, b line.Field) int {
		switch {
		case reasons[a.Name] == reasons[b.Name]:
			return 0
		case reasons[a.Name]:
			return -1
		}
		return 1
	})
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
