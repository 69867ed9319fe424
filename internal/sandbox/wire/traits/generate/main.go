// Command generate writes the trait tables from a folder of service models, such
// as botocore's data folder: generate -models DIR -out DIR.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/wire/traits"
)

// services are the SDK packages to describe; models are named alike but for one.
// SQS is not among them: its model has lost the Query protocol's names.
var services = []string{
	"apigateway", "apigatewaymanagementapi", "apigatewayv2", "cloudformation", "cloudfront", "cloudtrail", "cloudwatch", "cloudwatchlogs", "dynamodb",
	"elasticache", "iam", "kms", "lambda", "secretsmanager", "sns", "ssm", "sts",
}

func main() {
	models := flag.String("models", "", "folder of service models")
	out := flag.String("out", ".", "folder to write to")
	flag.Parse()
	for _, name := range services {
		if err := write(*models, *out, name); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
	}
}

func write(models, out, name string) error {
	folder := name
	if name == "cloudwatchlogs" {
		folder = "logs"
	}
	found, err := filepath.Glob(filepath.Join(models, folder, "*", "service-2.json*"))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("no model in %s (%w)", models, os.ErrNotExist)
	}
	m, err := readModel(slices.Max(found))
	if err != nil {
		return err
	}
	raw, err := json.MarshalIndent(m.table(), "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, name+".json"), append(raw, '\n'), 0o644)
}

// table works out the exceptions of a model.
func (m *model) table() traits.Table {
	t := traits.Table{
		Lower: m.mostlyLower(), Names: map[string]string{}, Lists: map[string]string{}, Times: map[string]string{},
		Errors: map[string]traits.Error{}, Routes: map[string]traits.Route{},
	}
	for name, s := range m.Shapes {
		if s.Type == "structure" && !m.onlyTopLevel(name) {
			m.describe(&t, goName(name), s)
		}
		if s.Exception {
			describeError(&t, name, s)
		}
	}
	for name, op := range m.Operations {
		m.describe(&t, name+"Input", m.Shapes[op.Input.Shape])
		m.describe(&t, name+"Output", m.Shapes[op.Output.Shape])
		if strings.HasPrefix(m.Metadata.Protocol, "rest") {
			t.Routes[name] = m.route(op)
		}
	}
	return t
}

// onlyTopLevel tells that a shape is an operation's input or output and nothing
// else: the SDK then has it under the operation's name alone.
func (m *model) onlyTopLevel(name string) bool {
	top := false
	for _, op := range m.Operations {
		top = top || op.Input.Shape == name || op.Output.Shape == name
	}
	return top && !m.nested()[name]
}

// mostlyLower looks at inputs and outputs, which are the rule in every service.
func (m *model) mostlyLower() bool {
	lower := 0
	for _, op := range m.Operations {
		for _, name := range []string{op.Input.Shape, op.Output.Shape} {
			for member, ref := range m.Shapes[name].Members {
				if wire := ref.wireName(member); wire[0] >= 'a' {
					lower++
				} else {
					lower--
				}
			}
		}
	}
	return lower > 0
}

func describeError(t *traits.Table, name string, s shape) {
	e := traits.Error{Status: s.Error.HTTPStatusCode}
	if s.Error.Code != name {
		e.Code = s.Error.Code
	}
	if e != (traits.Error{}) {
		t.Errors[goName(name)] = e
	}
}

// describe records the members of one Go struct that differ from the rule.
func (m *model) describe(t *traits.Table, owner string, s shape) {
	for member, ref := range s.Members {
		if s.Exception && goName(member) == "Message" {
			continue // every protocol has its own place for it
		}
		key := owner + "." + goName(member)
		if ref.Location == "" && ref.wireName(member) != ruled(goName(member), t.Lower) {
			t.Names[key] = ref.wireName(member)
		}
		target := m.Shapes[ref.Shape]
		if list := m.listNames(target, ref.wireName(member)); list != "" {
			t.Lists[key] = list
		}
		if format := m.timeFormat(ref, target); format != "" {
			t.Times[key] = format
		}
	}
}

func ruled(goName string, lower bool) string {
	if lower {
		return strings.ToLower(goName[:1]) + goName[1:]
	}
	return goName
}

func goName(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
