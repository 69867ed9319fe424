package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// decoded is what package encoding/json, which is not ours, reads.
func decoded(t interface{ Fatalf(string, ...any) }, document []byte) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(document, &out); err != nil {
		t.Fatalf("%v in %q", err, document)
	}
	return out
}

// checkSet holds one edit against what it must be: the key has the value, every other key
// the same bytes, and what is in front of and behind the edit stays.
func checkSet(t interface{ Fatalf(string, ...any) }, document []byte, key, value string) {
	edited, err := set(document, key, []byte(value))
	if err != nil {
		t.Fatalf("%v", err)
	}
	before, after := decoded(t, document), decoded(t, edited)
	var got string
	if err := json.Unmarshal(after[key], &got); err != nil || got != value {
		t.Fatalf("%q became %q: %v", value, got, err)
	}
	had, existed := before[key]
	delete(before, key)
	delete(after, key)
	if !reflect.DeepEqual(before, after) {
		t.Fatalf("other keys changed: %q to %q", document, edited)
	}
	prefix := commonPrefix(document, edited)
	suffix := commonPrefix(reversed(document[prefix:]), reversed(edited[prefix:]))
	if gone := document[prefix : len(document)-suffix]; existed && len(gone) > len(had) || !existed && len(gone) > 0 {
		t.Fatalf("%q is gone from %q", gone, document)
	}
}

func commonPrefix(a, b []byte) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func reversed(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[len(b)-1-i] = b[i]
	}
	return out
}

// documents draws JSON objects with white space, numbers and nesting of all kinds.
func documents(t *rapid.T) []byte {
	space := rapid.StringMatching(`[ \t\r\n]{0,3}`)
	scalar := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,5})?([eE][+-]?[0-9]{1,3})?`),
		rapid.SampledFrom([]string{"true", "false", "null", `""`, `"\u00e9\ud83d\ude00\"\\/"`, `"}{]["`, "[]", "{}", `[1, {"a": "}"}]`, `{"openai_api_key": "nested"}`}),
		rapid.Map(rapid.String(), func(s string) string { b, _ := json.Marshal(s); return string(b) }),
	)
	name := rapid.OneOf(rapid.SampledFrom([]string{"openai_api_key", "a", "b", "c"}), rapid.String())
	used := map[string]bool{}
	var members []string
	for range rapid.IntRange(0, 6).Draw(t, "members") {
		n := strings.ToValidUTF8(name.Draw(t, "name"), "?")
		if used[n] {
			continue
		}
		used[n] = true
		quoted, _ := json.Marshal(n)
		members = append(members, fmt.Sprint(space.Draw(t, "s"), string(quoted), space.Draw(t, "s"), ":", space.Draw(t, "s"), scalar.Draw(t, "value"), space.Draw(t, "s")))
	}
	return []byte(space.Draw(t, "s") + "{" + strings.Join(members, ",") + space.Draw(t, "s") + "}" + space.Draw(t, "s"))
}

func TestOnlyTheValuesBytesChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := documents(t)
		key := rapid.SampledFrom([]string{"openai_api_key", "a", "new", "né\"w"}).Draw(t, "key")
		checkSet(t, document, key, rapid.String().Draw(t, "new value"))
	})
}

func TestUnsettingTakesOneKeyAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := documents(t)
		for key := range decoded(t, document) {
			edited, found, err := unset(document, key)
			if err != nil || !found {
				t.Fatalf("%v %v", found, err)
			}
			before, after := decoded(t, document), decoded(t, edited)
			delete(before, key)
			if !reflect.DeepEqual(before, after) {
				t.Fatalf("%q without %q is %q", document, key, edited)
			}
		}
	})
}

func TestTextsAreWhatEncodingJSONReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := documents(t)
		want := decoded(t, document)
		got := Snapshot{document: NewValue(document)}.texts()
		if len(got) != len(want) {
			t.Fatalf("%d keys, want %d in %q", len(got), len(want), document)
		}
		for name, raw := range want {
			text, isString := "", raw[0] == '"'
			if isString && json.Unmarshal(raw, &text) != nil {
				t.Fatalf("%q", raw)
			}
			if got[name].isString != isString || isString && string(got[name].value.Bytes()) != text {
				t.Fatalf("%s is %q, want %q", name, got[name].value.Bytes(), text)
			}
		}
	})
}

func FuzzSet(f *testing.F) {
	for _, document := range []string{`{}`, ` { } `, `{"a":1}`, "{\n  \"a\": \"b\",\n  \"c\": [1e400, {\"a\": 2}]\n}", `{"a":1,"a":2}`, `{"\u0061":"x"}`, `[]`, `"a"`, `{"a"`, "\xff"} {
		f.Add([]byte(document), "a", "value")
	}
	f.Fuzz(func(t *testing.T, document []byte, key, value string) {
		edited, err := set(document, key, []byte(value))
		var object map[string]json.RawMessage
		valid := json.Unmarshal(document, &object) == nil && object != nil
		if !valid || strings.ToValidUTF8(key, "") != key || strings.ToValidUTF8(value, "") != value {
			if err == nil && !valid {
				t.Fatalf("%q was taken for an object", document)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if again, err := set(edited, key, []byte(value)); err != nil || !bytes.Equal(again, edited) {
			t.Fatalf("set twice: %q, then %q, %v", edited, again, err)
		}
		checkSet(t, document, key, value)
	})
}

func TestANewKeyTakesTheMannerOfTheOthers(t *testing.T) {
	for document, want := range map[string]string{
		`{}`:                           `{"k": "v"}`,
		"{\n}":                         "{\"k\": \"v\"\n}",
		`{"a":1}`:                      `{"a":1,"k":"v"}`,
		"{\n  \"a\": 1\n}\n":           "{\n  \"a\": 1,\n  \"k\": \"v\"\n}\n",
		"{\n\t\"a\" : 1,\n\t\"b\":2 }": "{\n\t\"a\" : 1,\n\t\"b\":2,\n\t\"k\":\"v\" }",
	} {
		if got, err := set([]byte(document), "k", []byte("v")); err != nil || string(got) != want {
			t.Errorf("%q became %q, want %q (%v)", document, got, want, err)
		}
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	if _, err := set([]byte(`{}`), "k", []byte("\xff")); err == nil {
		t.Error("invalid UTF-8 was written")
	}
}
