package deploy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/keyvex/keyvex/internal/problem"
)

// leastName is the shortest string of a template that is taken for a name when a
// server repeats it: shorter ones are words of the language.
const leastName = 8

// violated is how AWS's services name the member that a constraint speaks of.
var violated = lazy.Regexp(`at '([A-Za-z.]+)' failed to satisfy`)

// accused lists the resources that a server's words point at: by logical id, else
// by type, else by a name that they bear, else by the property at fault. They
// are in the order in which they would be created.
func (t *template) accused(words string) []string {
	if t == nil {
		return nil
	}
	member := ""
	if match := violated().FindStringSubmatch(words); match != nil {
		member = match[1][strings.LastIndex(match[1], ".")+1:]
	}
	for _, points := range []func(id string, r templateResource) bool{
		func(id string, _ templateResource) bool { return mentions(words, id) },
		func(_ string, r templateResource) bool { return mentions(words, r.Type) },
		func(_ string, r templateResource) bool { return bears(r.Properties, words) },
		func(_ string, r templateResource) bool { return hasProperty(r, member) },
	} {
		var found []string
		for _, id := range t.order() {
			if points(id, t.Resources[id]) {
				found = append(found, id)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// mentions reports whether a text has a name as a word of its own.
func mentions(text, name string) bool {
	return name != "" && slices.Contains(strings.FieldsFunc(text, func(r rune) bool {
		return !strings.ContainsRune(":-_/", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}), name)
}

// bears reports whether one of the strings in v is a name that the words repeat.
func bears(v any, words string) bool {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if key != "Ref" && key != "Fn::GetAtt" && bears(inner, words) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(inner any) bool { return bears(inner, words) })
	case string:
		return len(v) >= leastName && mentions(words, v)
	}
	return false
}

func hasProperty(r templateResource, name string) bool {
	for property := range r.Properties {
		if name != "" && strings.EqualFold(property, name) {
			return true
		}
	}
	return false
}

// order lists the resources, each after those it refers to, else by name.
func (t *template) order() []string {
	var out []string
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		r, ok := t.Resources[id]
		if !ok || seen[id] {
			return
		}
		seen[id] = true
		for _, other := range slices.Sorted(maps.Keys(r.references())) {
			visit(other)
		}
		out = append(out, id)
	}
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		visit(id)
	}
	return out
}

// accuse completes a cause whose resource the events do not tell: from the server's
// words, else from what it lists of the stack.
func (d *Deployer) accuse(ctx context.Context, p StackPlan, stackID string, c cause) cause {
	if c.resource != "" {
		return c
	}
	if ids := p.template.accused(c.reason); len(ids) > 0 {
		c.resource, c.kind, c.others = ids[0], p.template.Resources[ids[0]].Type, len(ids)-1
		return c
	}
	rows, err := cloud.ListAll(func(token *string) ([]resourceRow, *string, error) {
		out, err := d.clients.CloudFormation.ListStackResources(ctx, &cloudformation.ListStackResourcesInput{StackName: &stackID, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return resourceRows(out), out.NextToken, nil
	})
	if err != nil || len(rows) == 0 || p.template == nil {
		return c
	}
	return p.template.accuseByList(rows, c)
}

// resourceRow is what a listing says of a resource.
type resourceRow struct{ id, status, reason string }

func resourceRows(out *cloudformation.ListStackResourcesOutput) []resourceRow {
	var rows []resourceRow
	for _, r := range out.StackResourceSummaries {
		rows = append(rows, resourceRow{aws.ToString(r.LogicalResourceId), string(r.ResourceStatus), tidy(aws.ToString(r.ResourceStatusReason))})
	}
	return rows
}

// accuseByList takes the resource that is listed as failed, else the first that is
// not listed though all before it are: the server came no further.
func (t *template) accuseByList(rows []resourceRow, c cause) cause {
	listed := map[string]bool{}
	for _, row := range rows {
		listed[row.id] = true
		if strings.HasSuffix(row.status, "_FAILED") {
			c.resource, c.kind, c.status = row.id, t.Resources[row.id].Type, row.status
			return c
		}
	}
	for i, id := range t.order() {
		if !listed[id] {
			if i > 0 && i == len(rows) {
				c.resource, c.kind, c.orLater = id, t.Resources[id].Type, true
			}
			break
		}
	}
	return c
}

// emptySource is the resource that an accused one takes the property from which the
// server found empty; none when it is not that.
func (t *template) emptySource(c cause) string {
	match := violated().FindStringSubmatch(c.reason)
	if t == nil || match == nil || !strings.Contains(c.reason, "Value '' at") {
		return ""
	}
	for property, value := range t.Resources[c.resource].Properties {
		if strings.EqualFold(property, match[1]) {
			sources := map[string]bool{}
			collect(value, sources)
			for _, id := range slices.Sorted(maps.Keys(sources)) {
				if _, ok := t.Resources[id]; ok {
					return id
				}
			}
		}
	}
	return ""
}

// lacking are words with which servers say that they do not implement something.
var lacking = []string{
	"undefined resource", "not supported", "unsupported", "not implemented", "not yet implemented",
	"does not support", "unrecognized resource type", "notimplemented",
}

// refused is the error of a server that would not take a stack's template.
func (d *Deployer) refused(ctx context.Context, p StackPlan, stackID, doing string, c cause, err error) error {
	c = d.accuse(ctx, p, stackID, c)
	sentence := fmt.Sprintf("%s: %s failed, and the server named no resource: %s", p.Name, doing, c.reason)
	if c.resource != "" {
		sentence = c.sentence(p.Name)
	}
	because := "the server refused it while " + doing
	if source := p.template.emptySource(c); source != "" {
		because = "what it is given comes from " + source + " (" + p.template.Resources[source].Type + "), which this server seems not to implement"
	}
	if said := strings.ToLower(c.reason); c.kind != "" && slices.ContainsFunc(lacking, func(s string) bool { return strings.Contains(said, s) }) {
		because = "this server does not implement " + c.kind
	}
	return problem.New(problem.Failed, "%s", sentence).WithCause(err).
		WithHint("%s; keyvex deploy --stack NAME deploys the stacks that do not need %s", because, p.Stack)
}
