// Package vtl renders the mapping templates of API Gateway: the Velocity Template
// Language as far as such templates use it. There are references with properties,
// methods and indices, quiet (`$!a`) and formal (`${a}`) ones; #set, #if, #elseif,
// #else, #foreach, #end; strings with references in them; arithmetic, comparison
// and logic; comments. Macros, #parse and #include are refused, as in API Gateway.
//
// A reference to a name that was never set is rendered as it is written. What is
// missing below a known name is rendered as nothing.
package vtl

import (
	"fmt"
	"strings"
)

// Template is a template ready to be rendered; it is safe for concurrent use.
type Template struct{ nodes []node }

// Parse reads a template. Errors say what is wrong, and in which line.
func Parse(text string) (*Template, error) {
	p := &parser{lexer: lexer{text: text}}
	nodes, end, err := p.block()
	if err == nil && end != "" {
		err = p.errorf("#%s without #if", end)
	}
	if err != nil {
		return nil, err
	}
	return &Template{nodes}, nil
}

// maxSteps bounds the work of a rendering, and maxOutput its characters: a template
// can nest loops.
const (
	maxSteps  = 1_000_000
	maxOutput = 16 << 20
)

// Render fills the template in. Names are what it may refer to, without "$"; their
// values are nil, bool, string, int64, float64, []any, *Map or an Object. What #set
// changes is changed in names.
func (t *Template) Render(names map[string]any) (string, error) {
	r := &renderer{names: names}
	var out strings.Builder
	if err := r.block(&out, t.nodes); err != nil {
		return "", err
	}
	return out.String(), nil
}

// Object is a value with properties and methods of its own.
type Object interface {
	// Property gives what `$object.name` stands for.
	Property(name string) any
	// Call gives what `$object.name(arguments)` stands for.
	Call(name string, arguments []any) any
}

// renderer is one rendering under way.
type renderer struct {
	names        map[string]any
	steps, chars int
}

func (r *renderer) step() error {
	if r.steps++; r.steps > maxSteps {
		return fmt.Errorf("vtl: the template does not end")
	}
	return nil
}

func (r *renderer) write(out *strings.Builder, text string) error {
	if r.chars += len(text); r.chars > maxOutput {
		return fmt.Errorf("vtl: the output is longer than %d characters", maxOutput)
	}
	out.WriteString(text)
	return nil
}

func (r *renderer) block(out *strings.Builder, nodes []node) error {
	for _, n := range nodes {
		if err := r.step(); err != nil {
			return err
		}
		if err := n.render(r, out); err != nil {
			return err
		}
	}
	return nil
}
