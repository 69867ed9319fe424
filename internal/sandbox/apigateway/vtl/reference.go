package vtl

// reference is `$name` with what follows it: properties, calls, indices.
type reference struct {
	source string
	quiet  bool
	name   string
	steps  []step
}

// step is one part after the name.
type step struct {
	// name is of a property or method; empty for an index.
	name      string
	isCall    bool
	arguments []expression
}

// reference reads one, or gives nil where "$" does not begin any.
func (p *parser) reference() (*reference, error) {
	start := p.at
	if !p.take("$") {
		return nil, nil
	}
	r := &reference{quiet: p.take("!")}
	formal := p.take("{")
	if r.name = p.identifier(); r.name == "" {
		p.at = start
		return nil, nil
	}
	for {
		more, err := p.step(r)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if formal && !p.take("}") {
		p.at = start
		return nil, nil
	}
	r.source = p.text[start:p.at]
	return r, nil
}

func (p *parser) step(r *reference) (bool, error) {
	start := p.at
	if p.take("[") {
		index, err := p.expression(0)
		if err != nil {
			return false, err
		}
		r.steps = append(r.steps, step{arguments: []expression{index}})
		return true, p.expect("]")
	}
	if !p.take(".") {
		return false, nil
	}
	s := step{name: p.identifier()}
	if s.name == "" { // a full stop after the reference
		p.at = start
		return false, nil
	}
	if s.isCall = p.take("("); s.isCall {
		var err error
		if s.arguments, err = p.list(")"); err != nil {
			return false, err
		}
	}
	r.steps = append(r.steps, s)
	return true, nil
}

// list reads expressions between commas up to the end.
func (p *parser) list(end string) ([]expression, error) {
	var out []expression
	p.space()
	if p.take(end) {
		return out, nil
	}
	for {
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		p.space()
		if p.take(end) {
			return out, nil
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
}

func (n *reference) eval(r *renderer) (any, error) {
	v, _, err := n.resolve(r)
	return v, err
}

// resolve gives the value, and whether the name at least is known.
func (n *reference) resolve(r *renderer) (v any, known bool, err error) {
	v, known = r.names[n.name]
	for _, s := range n.steps {
		if v, err = s.apply(r, v); err != nil {
			return nil, known, err
		}
	}
	return v, known, nil
}

func (s step) apply(r *renderer, v any) (any, error) {
	if err := r.step(); err != nil {
		return nil, err
	}
	arguments := make([]any, len(s.arguments))
	for i, a := range s.arguments {
		var err error
		if arguments[i], err = a.eval(r); err != nil {
			return nil, err
		}
	}
	switch {
	case s.name == "":
		return index(v, arguments[0]), nil
	case s.isCall:
		return call(v, s.name, arguments), nil
	}
	return property(v, s.name), nil
}

func property(v any, name string) any {
	switch v := v.(type) {
	case *Map:
		return v.Get(name)
	case Object:
		return v.Property(name)
	}
	return nil
}

func index(v, at any) any {
	switch v := v.(type) {
	case *Map:
		return v.Get(Text(at))
	case []any:
		if i, ok := at.(int64); ok && i >= 0 && i < int64(len(v)) {
			return v[i]
		}
	}
	return nil
}

// assign sets a name, or a key of a map; maps on the way there are made.
func (n *reference) assign(r *renderer, v any) error {
	if len(n.steps) == 0 {
		r.names[n.name] = v
		return nil
	}
	at := r.names[n.name]
	for i, s := range n.steps {
		key := s.name
		if s.isCall {
			return nil // a call's result cannot be set
		}
		if key == "" {
			k, err := s.arguments[0].eval(r)
			if err != nil {
				return err
			}
			key = Text(k)
		}
		if i == len(n.steps)-1 {
			setKey(at, key, v)
			return nil
		}
		next := property(at, key)
		if next == nil {
			next = NewMap()
			setKey(at, key, next)
		}
		at = next
	}
	return nil
}

func setKey(at any, key string, v any) {
	if m, ok := at.(*Map); ok {
		m.Set(key, v)
	}
}
