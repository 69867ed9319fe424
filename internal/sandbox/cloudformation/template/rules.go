package template

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Rule is one entry of the Rules section: assertions about parameters, checked
// before anything is created, where its condition holds.
type Rule struct {
	// Condition is nil for a rule that always applies.
	Condition  any
	Assertions []Assertion
}

// Assertion is one claim of a rule.
type Assertion struct {
	Assert      any
	Description string
}

func buildRule(name string, v any) (r Rule, err error) {
	m, ok := v.(map[string]any)
	assertions, isList := m["Assertions"].([]any)
	if !ok || !isList {
		return r, errorf("Template format error: Rule %s must contain Assertions.", name)
	}
	r.Condition = m["RuleCondition"]
	for _, item := range assertions {
		a, ok := item.(map[string]any)
		if !ok || a["Assert"] == nil {
			return r, errorf("Template format error: Rule %s has an assertion without Assert.", name)
		}
		description, _ := resource.Text(a["AssertDescription"])
		r.Assertions = append(r.Assertions, Assertion{Assert: a["Assert"], Description: description})
	}
	return r, nil
}

// CheckRules fails when an assertion of a rule that applies does not hold.
func (s *Scope) CheckRules() error {
	var broken []string
	for _, name := range sortedKeys(s.Template.Rules) {
		rule := s.Template.Rules[name]
		applies := true
		if rule.Condition != nil {
			var err error
			if applies, err = s.test(rule.Condition); err != nil {
				return err
			}
		}
		if !applies {
			continue
		}
		for _, assertion := range rule.Assertions {
			holds, err := s.test(assertion.Assert)
			if err != nil {
				return err
			}
			if !holds {
				broken = append(broken, "'"+assertion.Description+"' for Rule '"+name+"'")
			}
		}
	}
	if len(broken) > 0 {
		return errorf("Template error: Rule assertions failed: %s", strings.Join(broken, ", "))
	}
	return nil
}
