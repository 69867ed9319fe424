package expression_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// modelCondition is a condition as text, and as a function of small integers by name.
type modelCondition struct {
	text  string
	holds func(map[string]int) bool
}

var operators = map[string]func(a, b int) bool{
	"=": func(a, b int) bool { return a == b }, "<": func(a, b int) bool { return a < b }, "<=": func(a, b int) bool { return a <= b },
	">": func(a, b int) bool { return a > b }, ">=": func(a, b int) bool { return a >= b },
}

func drawAttribute(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "attribute")
}

// placeholders are values by the text that stands for them.
type placeholders value.Item

func (p placeholders) number(n int) string {
	name := fmt.Sprintf(":n%d", len(p))
	p[name] = number(fmt.Sprint(n))
	return name
}

func drawCondition(t *rapid.T, values placeholders, depth int) modelCondition {
	if depth > 0 {
		left, right := drawCondition(t, values, depth-1), drawCondition(t, values, depth-1)
		switch rapid.IntRange(0, 2).Draw(t, "connective") {
		case 0:
			return modelCondition{brackets(left) + " AND " + brackets(right), func(m map[string]int) bool { return left.holds(m) && right.holds(m) }}
		case 1:
			return modelCondition{brackets(left) + " or " + brackets(right), func(m map[string]int) bool { return left.holds(m) || right.holds(m) }}
		}
		return modelCondition{"NOT " + brackets(left) + " AND " + brackets(right), func(m map[string]int) bool { return !left.holds(m) && right.holds(m) }}
	}
	name, n := drawAttribute(t), rapid.IntRange(-3, 3).Draw(t, "n")
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return modelCondition{"attribute_exists(" + name + ")", func(m map[string]int) bool { _, there := m[name]; return there }}
	case 1:
		return modelCondition{name + " <> " + values.number(n), func(m map[string]int) bool { v, there := m[name]; return !there || v != n }}
	case 2:
		high := n + rapid.IntRange(0, 3).Draw(t, "more")
		text := name + " BETWEEN " + values.number(n) + " AND " + values.number(high)
		return modelCondition{text, func(m map[string]int) bool { v, there := m[name]; return there && n <= v && v <= high }}
	}
	operator := rapid.SampledFrom(slices.Sorted(maps.Keys(operators))).Draw(t, "operator")
	return modelCondition{name + operator + values.number(n), func(m map[string]int) bool { v, there := m[name]; return there && operators[operator](v, n) }}
}

func brackets(c modelCondition) string { return "(" + c.text + ")" }

func drawModel(t *rapid.T) (map[string]int, value.Item) {
	model, item := map[string]int{}, value.Item{}
	for _, name := range []string{"a", "b", "c", "d"} {
		if rapid.IntRange(0, 3).Draw(t, "there") > 0 {
			model[name] = rapid.IntRange(-3, 3).Draw(t, name)
			item[name] = number(fmt.Sprint(model[name]))
		}
	}
	return model, item
}

func TestConditionsHoldAsInTheModel(t *testing.T) {
	var cache expression.Cache
	rapid.Check(t, func(t *rapid.T) {
		values := placeholders{}
		want := drawCondition(t, values, rapid.IntRange(0, 3).Draw(t, "depth"))
		given := value.Item(values)
		if len(given) == 0 {
			given = nil
		}
		scope, err := expression.NewScope(nil, given)
		if err != nil {
			t.Fatal(err)
		}
		c, err := cache.Condition("FilterExpression", want.text)
		if err == nil {
			err = c.Check(scope)
		}
		if err == nil {
			err = scope.CheckUsed()
		}
		if err != nil {
			t.Fatalf("%s: %v", want.text, err)
		}
		for range 5 {
			model, item := drawModel(t)
			if got := c.Holds(scope, item); got != want.holds(model) {
				t.Fatalf("%s of %v is %v", want.text, model, got)
			}
		}
	})
}

// Updates of distinct attributes, all of them computed from the item as it was.
func TestUpdatesChangeWhatTheModelChanges(t *testing.T) {
	var cache expression.Cache
	rapid.Check(t, func(t *rapid.T) {
		model, item := drawModel(t)
		after, values := maps.Clone(model), placeholders{}
		var sets, removes, adds []string
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 4, rapid.ID).Draw(t, "names") {
			n, other := rapid.IntRange(-5, 5).Draw(t, "n"), drawAttribute(t)
			switch rapid.IntRange(0, 3).Draw(t, "action") {
			case 0:
				removes = append(removes, name)
				delete(after, name)
			case 1:
				adds = append(adds, name+" "+values.number(n))
				after[name] = model[name] + n
			case 2:
				v, there := model[other]
				if !there {
					v = 1
				}
				sets = append(sets, name+" = if_not_exists("+other+", "+values.number(1)+") - "+values.number(n))
				after[name] = v - n
			default:
				sets = append(sets, name+"="+values.number(n))
				after[name] = n
			}
		}
		text := section("SET", sets) + section("remove", removes) + section("ADD", adds)
		given := value.Item(values)
		if len(given) == 0 {
			given = nil
		}
		scope, err := expression.NewScope(nil, given)
		if err != nil {
			t.Fatal(err)
		}
		u, err := cache.Update(text)
		if err == nil {
			err = u.Check(scope)
		}
		if err == nil {
			err = u.Apply(scope, item)
		}
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		want := value.Item{}
		for name, n := range after {
			want[name] = number(fmt.Sprint(n))
		}
		if !value.EqualItems(item, want) {
			t.Fatalf("%s of %v gives %s, want %s", text, model, value.Encode(item), value.Encode(want))
		}
	})
}

func section(keyword string, actions []string) string {
	if len(actions) == 0 {
		return ""
	}
	return keyword + " " + strings.Join(actions, ", ") + " "
}
