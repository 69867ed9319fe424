package line

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// objects are what is read as one object, and what nearly is.
var objects = []string{
	`{}`, ` { } `, `{"a":1}`, `{"a":1,"a":[2,{"b":"\u00e9\ud83d\ude00\ud83d"}]}`, `{"a":-0.5e+7,"b":true,"c":false,"d":null,"":""}`,
	"{\"a\":\"\xff\"}", "{\"\xff\":1,\"\ufffd\":2}", "{\"a\" :\t\"\\n\\\"\" , \"b\":[ ]\r\n}", `{"a":{"b":{}},"c":[[],[1,2]]}`,
	``, `{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,"a":1}`, `{"a":1 "b":2}`, `{"a":01}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":-}`,
	`{"a":tru}`, `{"a":truest}`, `{"a":nul`, `{"a":[1,]}`, `{"a":[1}`, `{"a":{1:2}}`, `{"a":{"b"}}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, `{"a":"\u12`, `{"a":"\`, "{\"a\":\"\n\"}",
	`{"a":1}}`, `{"a":1} {}`, `[1]`, `{1:2}`, `{a:1}`, `{"a":1]`, `{"a" 1}`, `{"a":'b'}`, "{\"a\":1}\x00", "{\u00a0}", "\ufeff{}", "{\"a\":\x7f}", "{\"a\":\"\x7f\"}",
	strings.Repeat(`{"a":`, mostDepth) + `1` + strings.Repeat(`}`, mostDepth), strings.Repeat(`{"a":`, mostDepth+1) + `1` + strings.Repeat(`}`, mostDepth+1),
	`{"a":` + strings.Repeat(`[`, mostDepth-1) + strings.Repeat(`]`, mostDepth-1) + `}`, `{"a":` + strings.Repeat(`[`, mostDepth) + strings.Repeat(`]`, mostDepth) + `}`,
	many(3 * fewMembers),
}

// many is an object of n names, which come three times each.
func many(n int) string {
	var members []string
	for i := range 3 * n {
		members = append(members, fmt.Sprintf(`"m%d":%d`, i%n, i))
	}
	return "{" + strings.Join(members, ",") + "}"
}

// Whatever a text is, it is taken for an object where encoding/json does, and has the
// same members with the same values.
func FuzzMembers(f *testing.F) {
	for _, text := range objects {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.TrimSpace(text)
		got, ok := members(text, nil)
		var want map[string]json.RawMessage
		if valid := strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &want) == nil; ok != valid {
			t.Fatalf("%q is an object: %v, encoding/json says %v", text, ok, valid)
		}
		if !ok {
			return
		}
		if len(got) != len(want) {
			t.Fatalf("%q has %d members, not %d", text, len(want), len(got))
		}
		names := order(text)
		for i, m := range got {
			raw, known := want[m.name]
			if !known || !bytes.Equal(raw, []byte(m.raw)) || names[i] != m.name {
				t.Fatalf("%q: %q is %s, not %s; in place %d is %q", text, m.name, raw, m.raw, i, names[i])
			}
			var value string
			if json.Unmarshal(raw, &value) != nil || string(raw) == "null" {
				value = string(raw)
			}
			if m.value() != value {
				t.Fatalf("%q: the value of %q is %q, not %q", text, m.name, value, m.value())
			}
		}
	})
}

// order lists the names of an object as they come first.
func order(text string) (names []string) {
	decoder := json.NewDecoder(strings.NewReader(text))
	known := map[string]bool{}
	_, _ = decoder.Token() // {
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return names
		}
		if s, ok := name.(string); ok && !known[s] {
			known[s], names = true, append(names, s)
		}
	}
	return names
}

// Where each name was compared with all others this would take minutes.
func TestALineMayHaveManyMembers(t *testing.T) {
	got, ok := members(many(100_000), nil)
	if !ok || len(got) != 100_000 || got[99_999].raw != "299999" {
		t.Errorf("%d members, %v", len(got), ok)
	}
}
