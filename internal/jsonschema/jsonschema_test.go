package jsonschema_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	peer "github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/jsonschema"
)

// verdict is whether a document fits a schema.
func verdict(t interface{ Fatalf(string, ...any) }, schema, document string) bool {
	compiled, err := jsonschema.Compile(schema)
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	value, err := jsonschema.Parse(document)
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return len(compiled.Validate(value)) == 0
}

// The cases are those of the two drafts' own text, keyword by keyword.
func TestEachKeywordHoldsWhatTheDraftSays(t *testing.T) {
	for _, test := range []struct{ schema, fits, breaks string }{
		{`{"type":"integer"}`, `1 -2 1.0 1e2`, `1.5 "1" null`},
		{`{"type":["string","null"]}`, `"" null`, `1 {} []`},
		{`{"enum":[1,"a",{"b":[2]}]}`, `1 1.0 "a" {"b":[2.0]}`, `2 "b" {"b":[2,2]} {"b":2} null`},
		{`{"minimum":2,"maximum":3}`, `2 2.5 3 "x"`, `1.99 3.01 -2`},
		{`{"minimum":2,"exclusiveMinimum":true,"maximum":3,"exclusiveMaximum":true}`, `2.5`, `2 3`},
		{`{"multipleOf":0.01}`, `0.07 4.35 1 "x"`, `0.005`},
		{`{"minLength":2,"maxLength":3}`, `"ab" "äöü" 1`, `"a" "abcd" "💥"`},
		{`{"pattern":"b+"}`, `"abba" 1`, `"aaa" ""`},
		{`{"items":{"type":"integer"}}`, `[] [1,2] {}`, `[1,"2"]`},
		{`{"items":[{"type":"integer"}],"additionalItems":false}`, `[] [1] 7`, `["1"] [1,2]`},
		{`{"items":[{}],"additionalItems":{"type":"string"}}`, `[1,"a"]`, `[1,2]`},
		{`{"items":{},"additionalItems":false}`, `[1,2]`, ``},
		{`{"minItems":1,"maxItems":2,"uniqueItems":true}`, `[1] [1,"1"] "x"`, `[] [1,2,3] [1,1.0]`},
		{`{"properties":{"a":{"type":"integer"}},"patternProperties":{"^x":{"type":"string"}},"additionalProperties":false}`, `{} {"a":1,"xy":""} []`, `{"a":""} {"xy":1} {"b":1}`},
		{`{"properties":{"a":{}},"additionalProperties":{"type":"null"}}`, `{"a":1,"b":null}`, `{"b":1}`},
		{`{"required":["a","b"]}`, `{"a":null,"b":1} []`, `{"a":1} {}`},
		{`{"minProperties":1,"maxProperties":2}`, `{"a":1} []`, `{} {"a":1,"b":2,"c":3}`},
		{`{"dependencies":{"a":["b"],"c":{"required":["d"]}}}`, `{} {"a":1,"b":1} {"c":1,"d":1} 1`, `{"a":1} {"c":1}`},
		{`{"allOf":[{"minimum":2},{"maximum":3}]}`, `2 3`, `1 4`},
		{`{"anyOf":[{"type":"string"},{"minimum":3}]}`, `"x" 3`, `1`},
		{`{"oneOf":[{"minimum":2},{"maximum":3}]}`, `1 4`, `2 3`},
		{`{"not":{"type":"null"}}`, `1 ""`, `null`},
		{`{"definitions":{"a/b%~":{"type":"string"}},"properties":{"x":{"$ref":"#/definitions/a~1b%25~0"}}}`, `{"x":""}`, `{"x":1}`},
		{`{"properties":{"next":{"$ref":"#"}},"additionalProperties":false}`, `{"next":{"next":{}}}`, `{"next":{"other":1}}`},
		{`{"$ref":"#/definitions/a","type":"null","definitions":{"a":{"type":"string"}}}`, `"x"`, `null`},
		{`{"id":"http://x.example/y","title":"t","format":"email","const":1,"if":false}`, `1 "x" null`, ``},
	} {
		for _, document := range strings.Fields(test.fits) {
			if !verdict(t, test.schema, document) {
				t.Errorf("%s refuses %s", test.schema, document)
			}
		}
		for _, document := range strings.Fields(test.breaks) {
			if verdict(t, test.schema, document) {
				t.Errorf("%s takes %s", test.schema, document)
			}
		}
	}
}

func TestViolationsNameThePlaceAndTheKeyword(t *testing.T) {
	const schema = `{"required":["z"],"additionalProperties":false,"properties":{"a/b":{"items":{"type":"integer"}},"n":{"anyOf":[{"minimum":9}]}}}`
	compiled, err := jsonschema.Compile(schema)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.Parse(`{"a/b":[1,"CANARY"],"n":1,"CANARY":2}`)
	if err != nil {
		t.Fatal(err)
	}
	const want = "[/ (additionalProperties) /a~1b/1 (type) /n (anyOf) / (required)]"
	if got := fmt.Sprint(compiled.Validate(document)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASchemaThatIsNoneIsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[]`, `true`, `{} {}`, `{"type":"str"}`, `{"type":1}`, `{"type":[1]}`, `{"enum":1}`, `{"enum":[]}`, `{"enum":[1,1.0]}`, `{"required":["a","a"]}`, `{"minimum":"1"}`, `{"minimum":1,"exclusiveMinimum":1}`,
		`{"multipleOf":0}`, `{"multipleOf":-1}`, `{"multipleOf":"1"}`, `{"minLength":-1}`, `{"minLength":1.5}`, `{"maximum":1e9999999}`,
		`{"pattern":"("}`, `{"pattern":1}`, `{"items":1}`, `{"items":[1]}`, `{"additionalItems":1}`, `{"uniqueItems":1}`,
		`{"properties":[]}`, `{"properties":{"a":1}}`, `{"patternProperties":{"(":{}}}`, `{"additionalProperties":1}`, `{"required":"a"}`, `{"required":[]}`, `{"required":[1]}`,
		`{"dependencies":{"a":1}}`, `{"dependencies":{"a":[1]}}`, `{"allOf":{}}`, `{"allOf":[]}`, `{"anyOf":[1]}`, `{"not":[]}`,
		`{"$ref":1}`, `{"$ref":"#/definitions/none"}`, `{"$ref":"#a"}`, `{"$ref":"other.json"}`, `{"$ref":"https://example.com/x"}`,
		`{"$ref":"#"}`, `{"allOf":[{"$ref":"#"}]}`, `{"not":{"$ref":"#"}}`, `{"dependencies":{"a":{"$ref":"#"}}}`,
		`{"definitions":{"a":{"$ref":"#/definitions/b"},"b":{"$ref":"#/definitions/a"}},"$ref":"#/definitions/a"}`,
	} {
		if _, err := jsonschema.Compile(text); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

func TestANumberBeyondMeasureBreaksTheSchemaAtOnce(t *testing.T) {
	wall := clock.Wall{}
	began := wall.Now()
	for _, schema := range []string{`{"type":"integer"}`, `{"minimum":0}`, `{"maximum":2}`, `{"multipleOf":0.1}`, `{"enum":[1]}`} {
		for _, document := range []string{"1e999999", "1e-999999", "1E99999999999999999999", strings.Repeat("7", 1001)} {
			if verdict(t, schema, document) {
				t.Errorf("%s takes %.20s", schema, document)
			}
		}
	}
	if !verdict(t, `{"type":"integer","minimum":1e999}`, "1e+1000") || !verdict(t, `{"type":"number"}`, "1e999999") {
		t.Error("a number within measure is refused")
	}
	if took := wall.Now().Sub(began); took > time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestADocumentIsOneJSONValue(t *testing.T) {
	for text, good := range map[string]bool{`1`: true, ` {"a":[]} `: true, ``: false, `{`: false, `1 2`: false, `{}}`: false, `nul`: false} {
		if _, err := jsonschema.Parse(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

var (
	numbers   = []string{"0", "1", "1.0", "2", "2.5", "-1", "3"}
	texts     = []string{`""`, `"a"`, `"ab"`, `"xyz"`, `"ä"`}
	names     = []string{"a", "b", "xa", "c"}
	typeNames = []string{`"integer"`, `"number"`, `"string"`, `"object"`, `"array"`, `"null"`, `"boolean"`, `["string","integer"]`}
)

// document draws a JSON document, its numbers and names from a few.
func document(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 4+min(depth, 2)).Draw(t, "kind")
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false"}).Draw(t, "word")
	case 1, 2:
		return rapid.SampledFrom(numbers).Draw(t, "number")
	case 3, 4:
		return rapid.SampledFrom(texts).Draw(t, "text")
	case 5:
		return "[" + strings.Join(several(t, func() string { return document(t, depth-1) }), ",") + "]"
	}
	return object(several(t, func() string { return rapid.SampledFrom(names).Draw(t, "name") }), func() string { return document(t, depth-1) })
}

func several(t *rapid.T, one func() string) []string {
	var all []string
	for range rapid.IntRange(0, 3).Draw(t, "n") {
		all = append(all, one())
	}
	return all
}

func object(names []string, value func() string) string {
	slices.Sort(names)
	var parts []string
	for _, name := range slices.Compact(names) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, value()))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// drawSchema draws a schema of a few keywords of all.
func drawSchema(t *rapid.T, depth int) string {
	below := func() string { return drawSchema(t, depth-1) }
	list := func() string { return "[" + strings.Join(append(several(t, below), below()), ",") + "]" }
	count := func() string { return fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "count")) }
	either := func(a, b func() string) string {
		if rapid.Bool().Draw(t, "either") {
			return a()
		}
		return b()
	}
	flag := func() string { return fmt.Sprint(rapid.Bool().Draw(t, "flag")) }
	sample := func(from ...string) func() string {
		return func() string { return rapid.SampledFrom(from).Draw(t, "sample") }
	}
	some := func(from ...string) []string { return several(t, sample(from...)) }
	needed := func() string { return `["` + sample(names...)() + `"]` }
	values := map[string]func() string{
		"type": sample(typeNames...), "enum": func() string { return "[" + document(t, 1) + "," + document(t, 2) + "]" },
		"minimum": sample(numbers...), "maximum": sample(numbers...), "multipleOf": sample("1", "0.5", "2"),
		"minLength": count, "maxLength": count, "minItems": count, "maxItems": count, "minProperties": count, "maxProperties": count,
		"pattern": sample(`"^a"`, `"b"`, `"^$"`), "uniqueItems": flag, "required": needed,
	}
	if depth > 0 {
		values["allOf"], values["anyOf"], values["oneOf"], values["not"] = list, list, list, below
		values["items"] = func() string { return either(below, list) }
		values["additionalItems"] = func() string { return either(flag, below) }
		values["additionalProperties"] = values["additionalItems"]
		values["properties"] = func() string { return object(some(names...), below) }
		values["patternProperties"] = func() string { return object(some("^x", "a", "^b$"), below) }
		values["dependencies"] = func() string { return object(some(names...), func() string { return either(needed, below) }) }
	}
	all := slices.Sorted(func(yield func(string) bool) {
		for name := range values {
			if !yield(name) {
				return
			}
		}
	})
	chosen := several(t, sample(all...))
	if slices.Contains(chosen, "minimum") { // alone it is refused
		values["exclusiveMinimum"] = flag
		chosen = append(chosen, "exclusiveMinimum")
	}
	var parts []string
	slices.Sort(chosen)
	for _, name := range slices.Compact(chosen) {
		parts = append(parts, fmt.Sprintf("%q:%s", name, values[name]()))
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestVerdictsAreThoseOfAnotherImplementation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		schema := drawSchema(t, 3)
		parsed, err := peer.UnmarshalJSON(strings.NewReader(schema))
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		compiler := peer.NewCompiler()
		compiler.DefaultDraft(peer.Draft4)
		if err := compiler.AddResource("schema.json", parsed); err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		compiled, err := compiler.Compile("schema.json")
		if _, ours := jsonschema.Compile(schema); (ours == nil) != (err == nil) {
			t.Fatalf("%s: %v, where the other says %v", schema, ours, err)
		}
		if err != nil {
			return
		}
		for range 4 {
			text := document(t, 3)
			value, err := peer.UnmarshalJSON(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if want, got := compiled.Validate(value) == nil, verdict(t, schema, text); got != want {
				t.Fatalf("%s on %s: got %t, want %t", schema, text, got, want)
			}
		}
	})
}

func FuzzCompileAndValidateNeverPanic(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}`, `{"a":{}}`)
	f.Add(`{"multipleOf":0.1,"enum":[1e400]}`, `1e999999999`)
	f.Fuzz(func(t *testing.T, schema, text string) {
		compiled, err := jsonschema.Compile(schema)
		document, unread := jsonschema.Parse(text)
		if unread == nil && !json.Valid([]byte(text)) {
			t.Errorf("%q is read as JSON", text)
		}
		if err == nil && unread == nil {
			compiled.Validate(document)
		}
	})
}
