package line

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// member is a part of an object: its name, and its value in JSON, which is a piece of
// the line.
type member struct{ name, raw string }

// value is a string's text, else JSON.
func (m member) value() string {
	if m.raw[0] == '"' {
		return unquoted(m.raw)
	}
	return m.raw
}

// unquoted is the text of a string in JSON.
func unquoted(raw string) string {
	inner := raw[1 : len(raw)-1]
	if strings.IndexByte(inner, '\\') < 0 && utf8.ValidString(inner) {
		return inner
	}
	var text string
	_ = json.Unmarshal([]byte(raw), &text) // the scanner has checked it
	return text
}

// fewMembers is up to how many a name is looked for among them one by one.
const fewMembers = 32

// members appends those of a text that is one JSON object to room, in their order. Of
// a name that is there twice, the last value counts. Each line of a log comes by here:
// this takes a tenth of encoding/json's time, and means the same.
func members(text string, room []member) (out []member, ok bool) {
	s, out := scanner{text: text}, room
	if !s.take('{') {
		return nil, false
	}
	var places map[string]int
	for more := !s.take('}'); more; more = !s.take('}') {
		if len(out) > 0 && !s.take(',') {
			return nil, false
		}
		m, ok := s.member()
		if !ok {
			return nil, false
		}
		if len(out) == fewMembers {
			places = placesOf(out)
		}
		at, known := placeOf(out, places, m.name)
		if known {
			out[at] = m
			continue
		}
		if places != nil {
			places[m.name] = len(out)
		}
		out = append(out, m)
	}
	return out, s.at == len(text)
}

func placesOf(members []member) map[string]int {
	places := map[string]int{}
	for i, m := range members {
		places[m.name] = i
	}
	return places
}

// placeOf finds a name; places are nil for few members.
func placeOf(members []member, places map[string]int, name string) (at int, known bool) {
	if places != nil {
		at, known = places[name]
		return at, known
	}
	for i := range members {
		if members[i].name == name {
			return i, true
		}
	}
	return 0, false
}
