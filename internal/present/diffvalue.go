package present

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/deploy"
)

const propertyIndent = "        "

// propertyDiff shows a property before and after, each part of a compound one that
// differs in a line of its own. Values are never shortened: where a line is too
// long, they stand below the name.
func (l Look) propertyDiff(indent string, p deploy.PropertyChange) []string {
	var lines []string
	for _, part := range differingParts(p) {
		lines = append(lines, l.partDiff(indent, part)...)
	}
	return lines
}

func (l Look) partDiff(indent string, p deploy.PropertyChange) []string {
	before, after := Clean(p.Before), Clean(p.After)
	if p.KnownAfterApply {
		after = "(known after apply)"
	}
	name, why := indent+Clean(p.Path), l.partRemarks(p)
	if before == "" && after == "" {
		return []string{name + why}
	}
	arrow := " → "
	if l.ASCII {
		arrow = " -> "
	}
	line := name + ": " + quoted(before) + arrow + quoted(after) + why
	if Width(line) <= l.Width {
		return []string{line}
	}
	under := strings.Repeat(" ", Width(indent)+2)
	lines := append([]string{name + why}, l.hanging(under+"- ", quoted(before))...)
	return append(lines, l.hanging(under+"+ ", quoted(after))...)
}

func (l Look) partRemarks(p deploy.PropertyChange) (remarks string) {
	if p.Replaces {
		remarks += columnGap + l.Paint(Bad, "replaces")
	}
	if p.Cause != "" {
		remarks += columnGap + l.Paint(Dim, "from "+Clean(p.Cause))
	}
	return remarks
}

// quoted makes an absent value visible.
func quoted(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}

// valueDiff shows a parameter or an output of a stack.
func (l Look) valueDiff(what string, v deploy.ValueChange) []string {
	mark := "~"
	switch {
	case v.Before == nil:
		mark = "+"
	case v.After == nil:
		mark = "-"
	}
	change := deploy.PropertyChange{Path: what + " " + v.Name}
	if v.Before != nil {
		change.Before = *v.Before
	}
	if v.After != nil {
		change.After = *v.After
	}
	indent := "  " + Pad(mark, len("-/+")) + " "
	lines := l.partDiff(indent, change)
	lines[0] = "  " + l.Paint(markTones[mark], Pad(mark, len("-/+"))) + " " + lines[0][len(indent):]
	return lines
}

// differingParts takes JSON documents on both sides apart, "Code" into "Code.S3Key".
// What is no document on both sides stays whole.
func differingParts(p deploy.PropertyChange) []deploy.PropertyChange {
	p.Path = strings.ReplaceAll(strings.TrimPrefix(p.Path, "/Properties/"), "/", ".")
	before, ok := compound(p.Before)
	after, also := compound(p.After)
	if !ok || !also || p.KnownAfterApply {
		return []deploy.PropertyChange{p}
	}
	var parts []deploy.PropertyChange
	keys := slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after)))
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if reflect.DeepEqual(before[key], after[key]) {
			continue
		}
		part := p
		part.Path, part.Before, part.After = p.Path+"."+key, scalar(before[key]), scalar(after[key])
		parts = append(parts, differingParts(part)...)
	}
	if len(parts) == 0 { // they differ in their notation alone
		return []deploy.PropertyChange{p}
	}
	return parts
}

// compound reads an object, or a list as one with its indexes for keys.
func compound(text string) (map[string]any, bool) {
	var value any
	if json.Unmarshal([]byte(text), &value) != nil {
		return nil, false
	}
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case []any:
		fields := map[string]any{}
		for i, item := range v {
			fields[strconv.Itoa(i)] = item
		}
		return fields, true
	}
	return nil, false
}

func scalar(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}
