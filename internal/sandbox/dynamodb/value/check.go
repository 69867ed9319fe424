package value

import (
	"fmt"
	"strings"
)

// maxDepth is how many levels of lists and maps an attribute may have.
const maxDepth = 32

// CheckItem holds the values of an item against the rules of their types.
func CheckItem(item Item) error {
	for _, v := range item {
		if err := Check(v); err != nil {
			return err
		}
	}
	return nil
}

// Check holds a value against the rules of its type. Errors are
// ValidationExceptions in AWS's words.
func Check(v Value) error { return check(v, 1) }

func check(v Value, depth int) error {
	if depth > maxDepth {
		return Invalid("Nesting Levels have exceeded supported limits: Attributes have nested levels greater than %d", maxDepth)
	}
	switch v := v.(type) {
	case nil:
		return Invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case *N:
		_, err := ParseNumber(v.Value)
		return err
	case *Null:
		if !v.Value {
			return Invalid("One or more parameter values were invalid: Null attribute value types must have the value of true")
		}
	case *M:
		for _, member := range v.Value {
			if err := check(member, depth+1); err != nil {
				return err
			}
		}
	case *L:
		for _, element := range v.Value {
			if err := check(element, depth+1); err != nil {
				return err
			}
		}
	}
	return checkSet(v)
}

func checkSet(v Value) error {
	switch v := v.(type) {
	case *SS:
		if len(v.Value) == 0 {
			return Invalid("One or more parameter values were invalid: An string set  may not be empty")
		}
		if hasDuplicates(v.Value) {
			return Invalid("One or more parameter values were invalid: Input collection [%s] contains duplicates.", strings.Join(v.Value, ", "))
		}
	case *NS:
		return checkNumberSet(v.Value)
	case *BS:
		if len(v.Value) == 0 {
			return Invalid("One or more parameter values were invalid: Binary sets should not be empty")
		}
		texts := make([]string, len(v.Value))
		for i, b := range v.Value {
			texts[i] = fmt.Sprintf("%x", b)
		}
		if hasDuplicates(texts) {
			return Invalid("One or more parameter values were invalid: Input collection [%s]of type BS contains duplicates.", strings.Join(texts, ", "))
		}
	}
	return nil
}

func checkNumberSet(numbers []string) error {
	if len(numbers) == 0 {
		return Invalid("One or more parameter values were invalid: An number set  may not be empty")
	}
	texts := make([]string, len(numbers))
	for i, text := range numbers {
		n, err := ParseNumber(text)
		if err != nil {
			return err
		}
		texts[i] = n.String()
	}
	if hasDuplicates(texts) {
		return Invalid("Input collection contains duplicates")
	}
	return nil
}

func hasDuplicates(all []string) bool {
	seen := make(map[string]bool, len(all))
	for _, s := range all {
		if seen[s] {
			return true
		}
		seen[s] = true
	}
	return false
}
