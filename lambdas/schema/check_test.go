package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/platform"
)

// library is the schema as an independent implementation has it.
func library(t testing.TB, text []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("s.json", document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("s.json")
}

// leaves are what the library finds wrong, each as ours is written.
func leaves(e *jsonschema.ValidationError) (out []string) {
	for _, cause := range e.Causes {
		out = append(out, leaves(cause)...)
	}
	if len(e.Causes) > 0 {
		return out
	}
	write := func(words string, more ...string) {
		out = append(out, fmt.Sprintf("/%s %s %s", strings.Join(append(slices.Clone(e.InstanceLocation), more...), "/"), e.ErrorKind.KeywordPath()[0], plain(words)))
	}
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			write("missing", name)
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			write("not known", name)
		}
	case *kind.Minimum, *kind.Maximum: // which it says with other digits
		write("")
	default:
		write(k.LocalizedString(message.NewPrinter(language.English)))
	}
	return out
}

// plain is without the commas that the library puts into large numbers.
func plain(words string) string { return strings.ReplaceAll(words, ",", "") }

func written(faults []Fault) (out []string) {
	for _, f := range faults {
		if f.Keyword == "minimum" || f.Keyword == "maximum" {
			f.Words = ""
		}
		out = append(out, fmt.Sprintf("/%s %s %s", strings.Join(f.Place, "/"), f.Keyword, plain(f.Words)))
	}
	return out
}

// value is one that the messages' members have, or that they must not.
func value(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.StringMatching(`[a-z0-9_-]{0,66}`), rapid.SampledFrom([]string{
		"chat", "openai", "user", "a@b.example", "2026-11-22T12:00:00Z", "2026-13-22T12:00:00Z", "it's \"so\"", "€\n", strings.Repeat("é", 128), strings.Repeat("é", 129), "form.submit",
	}))
	kinds := []*rapid.Generator[any]{
		rapid.Map(text, func(s string) any { return s }),
		rapid.SampledFrom([]any{nil, true, json.Number("1"), json.Number("1.0"), json.Number("2"), json.Number("-0.5"), json.Number("1e400"), json.Number("65537"), json.Number("1.5")}),
	}
	if depth > 0 {
		kinds = append(kinds, object(depth-1), rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(l []any) any { return l }))
	}
	return rapid.OneOf(kinds...)
}

func object(depth int) *rapid.Generator[any] {
	names := rapid.SampledFrom(strings.Fields("version jobId userId kind sessionId provider model input prompt maxTokens temperature history role text interactionId toolId type occurredAt properties leadId email name answers x"))
	return rapid.Map(rapid.MapOfN(names, value(depth), 0, 12), func(m map[string]any) any { return m })
}

// good are messages that fit.
var good = map[platform.Queue]string{
	platform.AIProcessing: `{"version":1,"jobId":"j","userId":"u","kind":"chat","input":{"prompt":"p","temperature":1,"history":[{"role":"user","text":"t"}]}}`,
	platform.Analytics:    `{"version":1,"interactionId":"i","toolId":"t","type":"view","occurredAt":"2026-11-22T12:00:00.5Z","properties":{"a":{}}}`,
	platform.Email:        `{"version":1,"leadId":"l","toolId":"t","email":"a@b.example","answers":{}}`,
}

// change sets or removes a member that the schema knows, or one that it does not, of the
// document or of an object in it.
func change(t *rapid.T, s *Schema, members map[string]any) {
	name := rapid.SampledFrom(append(slices.Sorted(maps.Keys(s.members)), "x")).Draw(t, "name")
	inner, isObject := members[name].(map[string]any)
	switch draw := rapid.IntRange(0, 9).Draw(t, "how"); {
	case isObject && s.members[name] != nil && draw > 2:
		change(t, s.members[name], inner)
	case draw == 0:
		delete(members, name)
	default:
		members[name] = value(2).Draw(t, "value")
	}
}

func TestDocumentsAreJudgedAsAnIndependentLibraryJudgesThem(t *testing.T) {
	for _, q := range platform.Queues {
		ours, theirs := MustCompile(Of(q)), library(t, Of(q))
		rapid.Check(t, func(t *rapid.T) {
			var document map[string]any
			decoder := json.NewDecoder(strings.NewReader(good[q]))
			decoder.UseNumber()
			if err := decoder.Decode(&document); err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(0, 6).Draw(t, "changes") {
				change(t, ours, document)
			}
			text, err := json.Marshal(document)
			if err != nil {
				t.Fatal(err)
			}
			alike(t, ours, theirs, string(text))
		})
	}
}

// alike holds that both find the same wrong with a document.
func alike(t rapid.TB, ours *Schema, theirs *jsonschema.Schema, text string) {
	t.Helper()
	faults, err := ours.Check(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if found, ok := errors.AsType[*jsonschema.ValidationError](theirs.Validate(document)); ok {
		want = leaves(found)
	}
	got := written(faults)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%.200s\nours   %q\ntheirs %q", text, got, want)
	}
}

func TestEveryBoundIsWhereAnIndependentLibraryHasIt(t *testing.T) {
	q := platform.AIProcessing
	ours, theirs := MustCompile(Of(q)), library(t, Of(q))
	text := func(n int) string { return `"` + strings.Repeat("é", n) + `"` }
	turns := func(n int) string {
		return "[" + strings.Repeat(`{"role":"user","text":"t"},`, n-1) + `{"role":"user","text":"t"}]`
	}
	for was, values := range map[string][]string{
		`"version":1`:                            {"2", "1.0", "1.5", `"1"`, "true", "null", "[1]", "1e400"},
		`"userId":"u"`:                           {text(0), text(1), text(128), text(129), "1"},
		`"kind":"chat"`:                          {`"tool"`, `"dance"`, `"it's"`, "1"},
		`"prompt":"p"`:                           {text(0), text(65536), text(65537)},
		`"temperature":1`:                        {"0", "-0.1", "2", "2.1", `"2"`},
		`"maxTokens":7`:                          {"0", "1", "1.0", "1.5", "65536", "65537"},
		`"history":[{"role":"user","text":"t"}]`: {"[]", turns(100), turns(101), "[1]", "{}", `[{"role":"system","text":""}]`},
	} {
		member, _, _ := strings.Cut(was, ":")
		for _, value := range values {
			body := strings.Replace(good[q], `"temperature":1`, `"temperature":1,"maxTokens":7`, 1)
			if !strings.Contains(body, was) {
				t.Fatalf("no %s", was)
			}
			alike(t, ours, theirs, strings.Replace(body, was, member+":"+value, 1))
		}
	}
}

// The library panics on the last one.
func TestNumbersOfAnySizeAreJudged(t *testing.T) {
	s := MustCompile(Of(platform.AIProcessing))
	for number, fits := range map[string]bool{"0": true, "2": true, "2.0001": false, "-1": false, "1e400": false, "-1e400": false, "1e-400": true, "1e3000000": false} {
		faults, err := s.Check(strings.Replace(good[platform.AIProcessing], `"temperature":1`, `"temperature":`+number, 1))
		if err != nil || (len(faults) == 0) != fits {
			t.Errorf("%s: %v, %v", number, faults, err)
		}
	}
}

func TestWhatIsNoDocumentIsAnError(t *testing.T) {
	for _, text := range []string{"", "{", "{} {}", "{}x", "nil"} {
		if _, err := MustCompile(Of(platform.Email)).Check(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestAKeywordThatWouldGoUncheckedIsRefused(t *testing.T) {
	for _, text := range []string{`{"oneOf":[]}`, `{"properties":{"a":{"const":1}}}`, `{"items":{"format":"date"}}`, `{"pattern":"("}`, `[]`, ``} {
		if _, err := Compile([]byte(text)); err == nil {
			t.Errorf("%s was compiled", text)
		}
	}
}

func FuzzCheckNeverPanics(f *testing.F) {
	for _, text := range good {
		f.Add(text)
	}
	f.Add(`{"version":1e3000000}`)
	f.Fuzz(func(_ *testing.T, text string) {
		for _, q := range platform.Queues {
			_, _ = MustCompile(Of(q)).Check(text)
		}
	})
}
