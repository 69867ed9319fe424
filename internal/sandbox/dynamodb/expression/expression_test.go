package expression_test

import (
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

func number(text string) value.Value { return &value.N{Value: text} }

func text(text string) value.Value { return &value.S{Value: text} }

var names = map[string]string{"#s": "size", "#a": "a"}

var values = value.Item{
	":one": number("1"), ":two": number("2"), ":x": text("x"), ":L": text("L"), ":set": &value.SS{Value: []string{"x"}}, ":list": &value.L{Value: []value.Value{number("1")}},
}

// scope has all names and values; what is unused is not looked at here.
func scope(t *testing.T) *expression.Scope {
	t.Helper()
	s, err := expression.NewScope(names, values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func holds(t *testing.T, condition string, item value.Item) (bool, error) {
	var cache expression.Cache
	s := scope(t)
	c, err := cache.Condition("ConditionExpression", condition)
	if err != nil {
		return false, err
	}
	if err := c.Check(s); err != nil {
		return false, err
	}
	return c.Holds(s, item), nil
}

func TestConditionsBindAsDocumented(t *testing.T) {
	item := value.Item{
		"a": number("1"), "b": number("2"), "s": text("xyz"), "l": &value.L{Value: []value.Value{text("x"), &value.M{Value: value.Item{"k": number("2")}}}},
		"tags": &value.SS{Value: []string{"y", "x"}}, "nix": &value.Null{Value: true},
	}
	for condition, want := range map[string]bool{
		"a = :one OR b = :one AND s = :one":           true, // AND before OR
		"NOT a = :one OR b = :two":                    true, // NOT before OR
		"NOT (a = :one OR b = :two)":                  false,
		"a between :one and :two and b <> :one":       true,
		"a IN (:two, :one)":                           true,
		"size(s) > :two":                              true,
		"size(l) = :two":                              true,
		"l[1].k = b":                                  true,
		"l[7] = :one":                                 false,
		"absent <> :one":                              true,
		"absent < :one":                               false,
		"attribute_exists(nix)":                       true,
		"attribute_not_exists(l[1].z)":                true,
		"attribute_type(l, :L)":                       true,
		"contains(tags, :x) AND contains(l, :x)":      true,
		"begins_with(s, :x) AND contains(s, :x)":      true,
		"tags = :set":                                 false,
		"(a) = :one AND ((a = :one) AND b = :two)":    true,
		"#s = :one OR attribute_not_exists(#s)":       true,
		"attribute_exists(a)AND(NOT b<:two)AND a<=:x": false,
	} {
		if got, err := holds(t, condition, item); got != want || err != nil {
			t.Errorf("%s: %v, %v", condition, got, err)
		}
	}
}

// The messages are those that dynalite has recorded from AWS.
func TestConditionsAreRefusedInAWSsWords(t *testing.T) {
	for condition, want := range map[string]string{
		"":                        "The expression can not be empty;",
		"a = ":                    `Syntax error; token: "<EOF>"`,
		"a == :one":               `Syntax error; token: "="`,
		"size = :one":             "Attribute name is a reserved keyword; reserved keyword: size",
		"((a = :one))":            "The expression has redundant parentheses;",
		"nothing(a)":              "Invalid function name; function: nothing",
		"size(a)":                 "The function is not allowed to be used this way in an expression; function: size",
		"contains(a, :x) = :one":  "The function is not allowed to be used this way in an expression; function: contains",
		"a = :missing":            "An expression attribute value used in expression is not defined; attribute value: :missing",
		"#missing = :one":         "An expression attribute name used in the document path is not defined; attribute name: #missing",
		"attribute_exists(a, b)":  "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2",
		"attribute_exists(:x)":    "Operator or function requires a document path; operator or function: attribute_exists",
		"begins_with(a, :one)":    "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
		"attribute_type(a, :x)":   "Invalid attribute type name found; type: x, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
		"a = #a":                  "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a]",
		"a BETWEEN :two AND :one": "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
		"a BETWEEN :x AND :one":   "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:x}, upper bound operand: AttributeValue: {N:1}",
		"NOT NOT a = :one":        `Syntax error; token: "a"`,
		strings.Repeat("(a = :one OR ", 200) + "a = :one" + strings.Repeat(")", 200): "The expression contains too many nested levels",
	} {
		_, err := holds(t, condition, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "ValidationException: Invalid ConditionExpression: "+want) {
			t.Errorf("%s: %v, want %s", condition, err, want)
		}
	}
}

func update(t *testing.T, text string, item value.Item) error {
	var cache expression.Cache
	s := scope(t)
	u, err := cache.Update(text)
	if err != nil {
		return err
	}
	if err := u.Check(s); err != nil {
		return err
	}
	return u.Apply(s, item)
}

func TestUpdatesChangeTheItemAsItWas(t *testing.T) {
	list := func() value.Value { return &value.L{Value: []value.Value{number("0"), number("1"), number("2")}} }
	for text, want := range map[string]string{
		"SET a = b, b = a":                                                           `{"a":{"N":"2"},"b":{"N":"1"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]}}`,
		"SET a = a + :two, c = b - :one":                                             `{"a":{"N":"3"},"b":{"N":"2"},"c":{"N":"1"},"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"}]}}`,
		"REMOVE l[0], l[2], a":                                                       `{"b":{"N":"2"},"l":{"L":[{"N":"1"}]}}`,
		"SET l[9] = :x, l[5] = :one REMOVE a, b":                                     `{"l":{"L":[{"N":"0"},{"N":"1"},{"N":"2"},{"N":"1"},{"S":"x"}]}}`,
		"SET l[1] = :x REMOVE l[0], l[7], a, b":                                      `{"l":{"L":[{"S":"x"},{"N":"2"}]}}`,
		"SET l = list_append(:list, l) REMOVE a, b":                                  `{"l":{"L":[{"N":"1"},{"N":"0"},{"N":"1"},{"N":"2"}]}}`,
		"SET c = if_not_exists(c, :one) + :two, a = if_not_exists(a, :two) REMOVE l": `{"a":{"N":"1"},"b":{"N":"2"},"c":{"N":"3"}}`,
		"ADD a :two, s :set REMOVE b, l":                                             `{"a":{"N":"3"},"s":{"SS":["x"]}}`,
		"DELETE s :set REMOVE a, l":                                                  `{"b":{"N":"2"}}`,
	} {
		item := value.Item{"a": number("1"), "b": number("2"), "l": list()}
		if err := update(t, text, item); err != nil || string(value.Encode(item)) != want {
			t.Errorf("%s: %s, %v", text, value.Encode(item), err)
		}
	}
}

func TestUpdatesAreRefusedInAWSsWords(t *testing.T) {
	for expr, want := range map[string]string{
		"SET a = :one SET b = :one":  `Invalid UpdateExpression: The "SET" section can only be used once in an update expression;`,
		"SET a = :one, #a = :two":    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"SET a.b = :one REMOVE a[1]": "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]",
		"ADD a :x":                   "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING",
		"DELETE a :one":              "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER",
		"SET a = :x + :one":          "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: S",
		"SET a = absent":             "The provided expression refers to an attribute that does not exist in the item",
		"SET absent.a = :one":        "The document path provided in the update expression is invalid for update",
		"ADD s :set":                 "An operand in the update expression has an incorrect data type",
		"SET a = a + :one + :one":    `Invalid UpdateExpression: Syntax error; token: "+"`,
	} {
		if err := update(t, expr, value.Item{"a": number("1"), "s": text("x")}); err == nil || !strings.HasPrefix(err.Error(), "ValidationException: "+want) {
			t.Errorf("%s: %v, want %s", expr, err, want)
		}
	}
}

func TestProjectionsKeepTheShape(t *testing.T) {
	item := value.Item{
		"a": &value.M{Value: value.Item{"b": number("1"), "c": number("2"), "l": &value.L{Value: []value.Value{number("0"), number("1"), number("2")}}}}, "d": number("3"),
	}
	var cache expression.Cache
	p, err := cache.Projection("d, a.l[2], a.l[0], a.b, absent.x, a.l[7]")
	if err == nil {
		p, err = p.Check(scope(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(value.Encode(p.Of(item))), `{"a":{"M":{"b":{"N":"1"},"l":{"L":[{"N":"0"},{"N":"2"}]}}},"d":{"N":"3"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func FuzzExpressions(f *testing.F) {
	for _, text := range []string{
		"a = :one AND NOT (b[1].c <> #s OR size(a) > :two)", "SET a = if_not_exists(b, :one) + :two REMOVE c[0] ADD d :set DELETE e :set", "a.b[1], #s",
		"a IN (:one, :two) AND b BETWEEN :one AND :two", "begins_with(a, :x)",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		item := value.Item{"a": &value.L{Value: []value.Value{number("1")}}, "b": number("1")}
		_, _ = holds(t, text, item)
		_ = update(t, text, item)
		var cache expression.Cache
		if p, err := cache.Projection(text); err == nil {
			if p, err = p.Check(scope(t)); err == nil {
				p.Of(item)
			}
		}
		if c, err := cache.Condition("KeyConditionExpression", text); err == nil {
			_, _ = c.KeyConditions(scope(t))
		}
	})
}
