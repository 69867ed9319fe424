package vtl

import "strings"

// parser makes nodes of the text.
type parser struct {
	lexer
	depth int
}

// maxDepth bounds nesting, of directives, expressions and strings in strings.
const maxDepth = 100

// block reads nodes up to the text's end or one of #end, #else and #elseif, which
// it gives.
func (p *parser) block() (nodes []node, end string, err error) {
	if p.depth++; p.depth > maxDepth {
		return nil, "", p.errorf("nested too deeply")
	}
	defer func() { p.depth-- }()
	for p.at < len(p.text) {
		if i := strings.IndexAny(p.rest(), "$#"); i != 0 {
			nodes = append(nodes, p.plain(i))
			continue
		}
		n, end, err := p.special(&nodes)
		if err != nil || end != "" {
			return nodes, end, err
		}
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, "", nil
}

// plain takes n characters as they are, or all that are left.
func (p *parser) plain(n int) node {
	if n < 0 {
		n = len(p.text) - p.at
	}
	p.at += n
	return textNode(p.text[p.at-n : p.at])
}

// special reads what begins with "$" or "#".
func (p *parser) special(before *[]node) (n node, end string, err error) {
	if p.peek() == '$' {
		r, err := p.reference()
		if err != nil {
			return nil, "", err
		}
		if r == nil {
			return p.plain(1), "", nil
		}
		return outputNode{r}, "", nil
	}
	if p.comment() {
		return nil, "", nil
	}
	start := p.at
	p.at++
	braced := p.take("{")
	name := p.word()
	if braced && !p.take("}") {
		name = ""
	}
	switch name {
	case "set":
		trimIndent(before)
		n, err = p.set()
		return n, "", err
	case "if":
		n, err = p.conditional()
		return n, "", err
	case "foreach":
		n, err = p.foreach()
		return n, "", err
	case "end", "else", "elseif":
		return nil, name, nil
	case "macro", "parse", "include", "evaluate", "define":
		return nil, "", p.errorf("#%s is not supported", name)
	}
	p.at = start
	return p.plain(1), "", nil
}

// comment moves past "## to the line's end" and "#* between *#".
func (p *parser) comment() bool {
	switch {
	case strings.HasPrefix(p.rest(), "##"):
		i := strings.IndexByte(p.rest(), '\n')
		if i < 0 {
			i = len(p.rest()) - 1
		}
		p.at += i + 1
	case strings.HasPrefix(p.rest(), "#*"):
		i := strings.Index(p.rest(), "*#")
		if i < 0 {
			i = len(p.rest()) - 2
		}
		p.at += i + 2
	default:
		return false
	}
	return true
}

// trimIndent drops the blanks before a #set that stands at its line's beginning.
func trimIndent(nodes *[]node) {
	if len(*nodes) == 0 {
		return
	}
	last := &(*nodes)[len(*nodes)-1]
	text, isText := (*last).(textNode)
	trimmed := strings.TrimRight(string(text), " \t")
	if isText && strings.HasSuffix(trimmed, "\n") {
		*last = textNode(trimmed)
	}
}

func (p *parser) set() (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	p.space()
	target, err := p.reference()
	if err != nil || target == nil {
		return nil, p.wrong(err, "#set needs a reference")
	}
	if err := p.expect("="); err != nil {
		return nil, err
	}
	value, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	p.endLine()
	return setNode{target, value}, nil
}

func (p *parser) wrong(err error, text string) error {
	if err != nil {
		return err
	}
	return p.errorf("%s", text)
}

func (p *parser) condition() (expression, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	e, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	p.endLine()
	return e, nil
}

func (p *parser) conditional() (node, error) {
	var n ifNode
	for end := "if"; end != "end"; {
		var b branch
		var err error
		if end != "else" {
			if b.condition, err = p.condition(); err != nil {
				return nil, err
			}
		}
		last := end
		if b.body, end, err = p.block(); err != nil {
			return nil, err
		}
		if end == "" || last == "else" && end != "end" {
			return nil, p.errorf("#if without #end")
		}
		if end != "elseif" {
			p.endLine()
		}
		n.branches = append(n.branches, b)
	}
	return n, nil
}

func (p *parser) foreach() (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	p.space()
	item, err := p.reference()
	if err != nil || item == nil || len(item.steps) > 0 {
		return nil, p.wrong(err, "#foreach needs a name")
	}
	if err := p.expect("in"); err != nil {
		return nil, err
	}
	list, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	p.endLine()
	body, end, err := p.block()
	if err != nil {
		return nil, err
	}
	if end != "end" {
		return nil, p.errorf("#foreach without #end")
	}
	p.endLine()
	return foreachNode{item.name, list, body}, nil
}
