package expression

import (
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// action is one change that an update expression makes.
type action struct {
	// section is SET, REMOVE, ADD or DELETE.
	section string
	path    path
	// with is what is set, added or deleted; nil in REMOVE.
	with term
}

// Update is a parsed UpdateExpression.
type Update struct{ actions []action }

// Paths are the document paths that the update changes.
func (u *Update) Paths(s *Scope) Projection {
	paths := make([]path, len(u.actions))
	for i, a := range u.actions {
		paths[i] = s.resolve(a.path)
	}
	return Projection{paths}
}

// Check holds the update against a request's names and values.
func (u *Update) Check(s *Scope) error {
	if err := u.check(s); err != nil {
		return value.Invalid("Invalid UpdateExpression: %s", message(err))
	}
	return nil
}

func (u *Update) check(s *Scope) error {
	for _, a := range u.actions {
		if err := s.checkPath(a.path); err != nil {
			return err
		}
		if a.with == nil {
			continue
		}
		if err := a.with.check(s); err != nil {
			return err
		}
	}
	if err := checkOverlaps(u.Paths(s).paths); err != nil {
		return err
	}
	for _, a := range u.actions {
		if err := a.checkOperand(s); err != nil {
			return err
		}
	}
	return nil
}

// checkOperand wants a number or a set in ADD, and a set in DELETE.
func (a action) checkOperand(s *Scope) error {
	if a.section != "ADD" && a.section != "DELETE" {
		return nil
	}
	switch typ := a.with.typ(s); typ {
	case "SS", "NS", "BS":
		return nil
	case "N":
		if a.section == "ADD" {
			return nil
		}
		return wrongSectionOperand(a.section, "NUMBER")
	default:
		return wrongSectionOperand(a.section, longTypes[typ])
	}
}

func wrongSectionOperand(section, typ string) error {
	return value.Invalid("Incorrect operand type for operator or function; operator: %s, operand type: %s", section, typ)
}

// longTypes are the names of types in messages about sections.
var longTypes = map[string]string{
	"S": "STRING", "B": "BINARY", "NULL": "NULL", "BOOL": "BOOLEAN", "L": "LIST", "M": "MAP",
}

// Apply makes the changes in the item, which must be the caller's own down to its
// last element. All operands mean the item as it was. On an error the item is in
// pieces.
func (u *Update) Apply(s *Scope, item value.Item) error {
	before := value.Clone(item)
	results := make([]result, len(u.actions))
	for i, a := range u.actions {
		r := result{action: a, there: s.resolve(a.path).find(before)}
		r.path = s.resolve(a.path)
		if a.with != nil {
			operand, err := a.with.evaluate(s, before)
			if err != nil {
				return err
			}
			r.operand = value.CloneValue(operand)
		}
		if err := r.compute(); err != nil {
			return err
		}
		results[i] = r
	}
	slices.SortStableFunc(results, result.compare)
	for _, r := range results {
		if err := r.put(item); err != nil {
			return err
		}
	}
	return nil
}

// result is an action, and what its path is to hold.
type result struct {
	action
	there, operand value.Value
	// after is nil for an attribute that goes away.
	after value.Value
}

// compare puts what is set before what is removed, elements of a list in their
// order, and removed ones from the last to the first.
func (r result) compare(other result) int {
	switch {
	case r.after != nil && other.after == nil:
		return -1
	case r.after == nil && other.after != nil:
		return 1
	case r.after == nil:
		return other.path.compare(r.path)
	}
	return r.path.compare(other.path)
}

var errOperandType = value.Invalid("An operand in the update expression has an incorrect data type")

func (r *result) compute() error {
	r.after = r.operand
	switch r.section {
	case "ADD":
		return r.add()
	case "DELETE":
		if r.there == nil {
			r.after = nil
			return nil
		}
		if value.Type(r.there) != value.Type(r.operand) {
			return errOperandType
		}
		r.after = value.Difference(r.there, r.operand)
	}
	return nil
}

func (r *result) add() error {
	if r.there == nil {
		return nil
	}
	if value.Type(r.there) != value.Type(r.operand) {
		return errOperandType
	}
	if _, isNumber := r.operand.(*value.N); !isNumber {
		r.after = value.Union(r.there, r.operand)
		return nil
	}
	sum, err := add(r.there, r.operand)
	r.after = sum
	return err
}

var errDocumentPath = value.Invalid("The document path provided in the update expression is invalid for update")

// put writes the result where the path leads, or removes what is there.
func (r result) put(item value.Item) error {
	last := r.path[len(r.path)-1]
	if len(r.path) == 1 {
		return setMember(item, last, r.after)
	}
	parent := r.path[:len(r.path)-1]
	switch holder := parent.find(item).(type) {
	case *value.M:
		if !last.isIndex() {
			return setMember(holder.Value, last, r.after)
		}
	case *value.L:
		if last.isIndex() {
			r.putElement(holder, last.index)
			return nil
		}
	}
	if r.after == nil && r.section == "DELETE" {
		return nil
	}
	return errDocumentPath
}

func setMember(item value.Item, at piece, v value.Value) error {
	if v == nil {
		delete(item, at.name)
		return nil
	}
	item[at.name] = v
	return nil
}

// putElement appends what is set beyond a list's end. Removed is only an element
// that was there before the update.
func (r result) putElement(list *value.L, at int) {
	switch {
	case r.after == nil:
		if r.there != nil {
			list.Value = slices.Delete(list.Value, at, at+1)
		}
	case at < len(list.Value):
		list.Value[at] = r.after
	default:
		list.Value = append(list.Value, r.after)
	}
}
