package jsonschema

// rule makes the rule of a keyword, nil for one that says nothing by itself.
func (p place) rule(keyword string) rule {
	switch keyword {
	case "type":
		return p.typed()
	case "enum":
		return p.enum()
	case "allOf", "anyOf", "oneOf":
		return p.combined(keyword)
	case "not":
		return p.not()
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties":
		return p.counted(keyword)
	case "pattern":
		return p.pattern()
	case "minimum", "maximum":
		return p.bounded(keyword)
	case "multipleOf":
		return p.multiple()
	case "properties", "patternProperties", "additionalProperties":
		return p.object(keyword)
	case "required":
		return p.required()
	case "dependencies":
		return p.dependencies()
	case "items":
		return p.items()
	case "additionalItems":
		return p.additionalItems()
	case "uniqueItems":
		return p.unique()
	}
	return nil
}

// text, flag, list, named and texts read the value of a keyword, and fail
// where it is of another shape.

func (p place) text(keyword string) string {
	text, ok := p.members[keyword].(string)
	p.shaped(ok, keyword, "a string")
	return text
}

func (p place) flag(keyword string) bool {
	value, there := p.members[keyword]
	flag, ok := value.(bool)
	p.shaped(ok || !there, keyword, "true or false")
	return flag
}

// list reads an array that has something in it.
func (p place) list(keyword string) []any {
	list, ok := p.members[keyword].([]any)
	p.shaped(ok && len(list) > 0, keyword, "an array of some")
	return list
}

func (p place) named(keyword string) map[string]any {
	members, ok := p.members[keyword].(map[string]any)
	p.shaped(ok, keyword, "an object")
	return members
}

// texts reads an array of different strings that has something in it.
func (p place) texts(keyword string, value any) []string {
	list, ok := value.([]any)
	var all []string
	for _, one := range list {
		text, isText := one.(string)
		ok = ok && isText
		all = append(all, text)
	}
	p.shaped(ok && len(list) > 0 && !repeats(list), keyword, "an array of different strings")
	return all
}

// child is the schema below a keyword, or below a member of it.
func (p place) child(value any, names ...string) *Schema {
	path := p.path
	for _, name := range names {
		path = step(path, name)
	}
	return p.compiler.schema(path, value)
}

func (p place) shaped(ok bool, keyword, shape string) {
	if !ok {
		p.fail(step(p.path, keyword), "is not "+shape)
	}
}
