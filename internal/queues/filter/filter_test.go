package filter_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/queues/filter"
)

type record map[string]any

func (r record) Field(name string) (any, bool) { v, ok := r[name]; return v, ok }

var dead = record{
	"id": "a1", "body": `{"kind":"chat"}`, "size": 17.0, "age": 26 * time.Hour, "receives": 6.0, "error": "openai 401 Unauthorized",
	"sent": time.Date(2026, 11, 22, 2, 46, 0, 0, time.UTC), "body.kind": "chat", "body.input.maxTokens": 64.0, "body.stream": true,
}

func TestExpressionsSelectAsThePageSays(t *testing.T) {
	for text, want := range map[string]bool{
		`body.kind = chat`:                                   true,
		`body.kind = "tool"`:                                 false,
		`body.kind != tool`:                                  true,
		`error contains "401" and age > 1d`:                  true,
		`error CONTAINS unauthorized`:                        true,
		`age >= 26h and age <= 1d2h`:                         true,
		`receives > 5 AND NOT size > 1000`:                   true,
		`body.input.maxTokens < 100`:                         true,
		`body.stream = true`:                                 true,
		`body.toolId`:                                        false,
		`not body.toolId`:                                    true,
		`body.toolId = x`:                                    false,
		`body.toolId != x`:                                   true,
		`body.toolId < x`:                                    false,
		`sent < 2026-11-22T03:00:00Z`:                        true,
		`id = b or id = c or id = a1`:                        true,
		`id = a1 or id = b and id = c`:                       true,
		`(id = a1 or id = b) and id = c`:                     false,
		`attr.source = x or body contains "\"kind\":\"chat"`: true,
	} {
		expr, err := filter.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := expr.Match(dead); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

func TestWhatIsNoExpressionIsRefusedWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		``:               "a field is expected at character 1",
		`age > soon`:     `"soon" is no age; ages are like 90s, 15m, 2h or 3d at character 7`,
		`receives = few`: `"few" is no number at character 12`,
		`(id = a`:        "a closing parenthesis is missing at character 8",
		`id = `:          "= needs a value behind it at character 6",
		`id = a b`:       `and, or, or the end is expected, not "b" at character 8`,
		`id ! a`:         `"!" is no comparison at character 4`,
		`id = "a`:        "the quoted text does not end, or has a wrong escape at character 6",
	} {
		if _, err := filter.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}

var comparisons = rapid.Custom(func(t *rapid.T) string {
	field := rapid.SampledFrom([]string{"id", "body", "error", "body.kind", "body.toolId", "attr.a"}).Draw(t, "field")
	op := rapid.SampledFrom([]string{"=", "!=", "<", "<=", ">", ">=", "contains"}).Draw(t, "op")
	return field + " " + op + " " + rapid.SampledFrom([]string{"a1", "chat", `"x y"`, "401"}).Draw(t, "value")
})

func match(t *rapid.T, text string) bool {
	expr, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return expr.Match(dead)
}

func TestAndOrAndNotObeyLogic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := comparisons.Draw(t, "a"), comparisons.Draw(t, "b")
		va, vb := match(t, a), match(t, b)
		if match(t, a+" and "+b) != (va && vb) || match(t, a+" or "+b) != (va || vb) || match(t, "not "+a) == va {
			t.Fatalf("%s, %s", a, b)
		}
		if match(t, "not ("+a+" and "+b+")") != match(t, "not "+a+" or not "+b) {
			t.Fatalf("De Morgan: %s, %s", a, b)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{`body.kind = chat and not (age > 1d2h or error contains "401")`, `attr.x`, `"`, `((`, "id = \"\\u00e4\""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		expr, err := filter.Parse(text)
		if err != nil {
			return
		}
		again, err := filter.Parse(expr.String())
		if err != nil || again.String() != expr.String() || again.Match(dead) != expr.Match(dead) {
			t.Errorf("%q became %q: %v", text, expr, err)
		}
	})
}
