package cloudformation

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// evaluateOutputs gives the stack's outputs, and the exports that its values use.
func (r *run) evaluateOutputs(b *blueprint) (outputs []types.Output, imports []string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if outputs, err = b.outputs(); err == nil {
		err = r.checkExports(b.stack, outputs)
	}
	return outputs, b.imports(), err
}

// outputs evaluates the outputs whose condition holds, in the order of their names.
func (b *blueprint) outputs() ([]types.Output, error) {
	var list []types.Output
	for _, name := range sortedKeys(b.Template.Outputs) {
		o := b.Template.Outputs[name]
		if holds, err := b.Holds(o.Condition); err != nil || !holds {
			if err != nil {
				return nil, err
			}
			continue
		}
		out := types.Output{OutputKey: new(name), Description: optional(o.Description)}
		for _, part := range []struct {
			from any
			to   **string
		}{{o.Value, &out.OutputValue}, {o.ExportName, &out.ExportName}} {
			if part.from == nil {
				continue
			}
			text, err := b.outputText(part.from)
			if err != nil {
				return nil, err
			}
			*part.to = &text
		}
		list = append(list, out)
	}
	return list, nil
}

func (b *blueprint) outputText(v any) (string, error) {
	v, err := b.masked().Eval(v)
	if err != nil {
		return "", err
	}
	if text, ok := resource.Text(v); ok {
		return text, nil
	}
	return "", &template.Error{Message: "Template format error: Output values must be strings: " + template.Canonical(v)}
}

// imports lists the names of the exports that the template's values use.
func (b *blueprint) imports() []string {
	names := map[string]bool{}
	scope := *b.Scope
	scope.Import = func(name string) (any, error) {
		names[name] = true
		return b.Scope.Import(name)
	}
	active, _ := scope.Active()
	for _, id := range active {
		// Failures were reported when the resources were made.
		_, _ = scope.Properties(b.Template.Resources[id])
	}
	for _, o := range b.Template.Outputs {
		_, _ = scope.Eval(o.Value)
	}
	return sortedKeys(names)
}

// export is an exported output and where it comes from.
type export struct {
	name, value string
	stack       Stack
}

// exports lists the exports of all live stacks by name.
func (s *Service) exports() map[string]export {
	all := map[string]export{}
	for _, id := range s.db.names.All() {
		st, _ := s.db.stacks.Get(id)
		for _, o := range st.Outputs {
			if o.ExportName != nil {
				all[*o.ExportName] = export{*o.ExportName, *o.OutputValue, st}
			}
		}
	}
	return all
}

func (s *Service) importValue(name string) (any, error) {
	if e, ok := s.exports()[name]; ok {
		return e.value, nil
	}
	return nil, &template.Error{Message: "No export named " + name + " found."}
}

// importers lists the stacks that use an export.
func (s *Service) importers(name string) []string {
	var list []string
	for stack, id := range s.db.names.All() {
		if st, _ := s.db.stacks.Get(id); slices.Contains(st.Imports, name) {
			list = append(list, stack)
		}
	}
	return list
}

// checkExports refuses an export that another stack has, and a change to one that
// is in use. A nil list stands for the deletion of the stack.
func (s *Service) checkExports(st Stack, outputs []types.Output) error {
	after := map[string]string{}
	all := s.exports()
	for _, o := range outputs {
		if o.ExportName == nil {
			continue
		}
		if other, ok := all[*o.ExportName]; ok && other.stack.ID != st.ID {
			return &template.Error{Message: fmt.Sprintf("Export with name %s is already exported by stack %s.", *o.ExportName, other.stack.Name)}
		}
		after[*o.ExportName] = *o.OutputValue
	}
	for _, o := range st.Outputs {
		users := []string{}
		if o.ExportName != nil {
			users = s.importers(*o.ExportName)
		}
		text, kept := after[value(o.ExportName)]
		switch {
		case len(users) == 0:
		case !kept:
			return &template.Error{Message: fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", *o.ExportName, joined(users))}
		case text != *o.OutputValue:
			return &template.Error{Message: fmt.Sprintf("Export %s cannot be updated as it is in use by %s", *o.ExportName, joined(users))}
		}
	}
	return nil
}
