package vtl

import "strings"

// node is a piece of a template.
type node interface {
	render(r *renderer, out *strings.Builder) error
}

type textNode string

func (n textNode) render(r *renderer, out *strings.Builder) error { return r.write(out, string(n)) }

// outputNode renders a reference where it stands.
type outputNode struct{ *reference }

func (n outputNode) render(r *renderer, out *strings.Builder) error {
	v, known, err := n.resolve(r)
	if err != nil {
		return err
	}
	if v == nil && !known && !n.quiet {
		return r.write(out, n.source)
	}
	return r.write(out, Text(v))
}

// setNode is #set. Velocity keeps the old value when the new one is null; API
// Gateway's templates rely on null, so it is set here.
type setNode struct {
	target *reference
	value  expression
}

func (n setNode) render(r *renderer, _ *strings.Builder) error {
	v, err := n.value.eval(r)
	if err != nil {
		return err
	}
	return n.target.assign(r, v)
}

// ifNode is #if with its #elseifs; an #else has no condition.
type ifNode struct{ branches []branch }

type branch struct {
	condition expression
	body      []node
}

func (n ifNode) render(r *renderer, out *strings.Builder) error {
	for _, b := range n.branches {
		if b.condition != nil {
			v, err := b.condition.eval(r)
			if err != nil {
				return err
			}
			if !truthy(v) {
				continue
			}
		}
		return r.block(out, b.body)
	}
	return nil
}

type foreachNode struct {
	name string
	list expression
	body []node
}

func (n foreachNode) render(r *renderer, out *strings.Builder) error {
	v, err := n.list.eval(r)
	if err != nil {
		return err
	}
	items := itemsOf(v)
	for _, name := range []string{n.name, "foreach", "velocityCount"} {
		before, was := r.names[name]
		defer func() {
			if was {
				r.names[name] = before
			} else {
				delete(r.names, name)
			}
		}()
	}
	for i, item := range items {
		loop := NewMap("index", int64(i), "count", int64(i+1), "hasNext", i+1 < len(items), "first", i == 0, "last", i+1 == len(items))
		r.names[n.name], r.names["foreach"], r.names["velocityCount"] = item, loop, int64(i+1)
		if err := r.step(); err != nil {
			return err
		}
		if err := r.block(out, n.body); err != nil {
			return err
		}
	}
	return nil
}

// itemsOf is what a loop walks: a list's items, a map's values.
func itemsOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case *Map:
		return v.values()
	}
	return nil
}
