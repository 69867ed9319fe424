package present

import (
	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/platform"
)

// DiffDocument is the document of keyvex diff.
type DiffDocument struct {
	Where
	Changed bool           `json:"changed"`
	Stacks  []DiffStackRow `json:"stacks"`
}

// DiffStackRow is what would change in one stack.
type DiffStackRow struct {
	Name       platform.Stack    `json:"name"`
	Stack      string            `json:"stack"`
	Action     deploy.Action     `json:"action"`
	Reasons    []string          `json:"reasons,omitempty"`
	Exact      bool              `json:"exact"`
	Resources  []DiffResourceRow `json:"resources"`
	Parameters []DiffValueRow    `json:"parameters"`
	Outputs    []DiffValueRow    `json:"outputs"`
}

// DiffResourceRow is what would happen to one resource.
type DiffResourceRow struct {
	LogicalID   string             `json:"logicalId"`
	PhysicalID  string             `json:"physicalId,omitempty"`
	Type        string             `json:"type"`
	Action      string             `json:"action"`
	Replacement deploy.Replacement `json:"replacement,omitempty"`
	Retained    bool               `json:"retained,omitempty"`
	Access      bool               `json:"access,omitempty"`
	Loss        bool               `json:"loss,omitempty"`
	Properties  []DiffPropertyRow  `json:"properties,omitempty"`
}

// DiffPropertyRow is what would happen to one property.
type DiffPropertyRow struct {
	Path            string `json:"path"`
	Before          string `json:"before,omitempty"`
	After           string `json:"after,omitempty"`
	Replaces        bool   `json:"replaces,omitempty"`
	Cause           string `json:"cause,omitempty"`
	KnownAfterApply bool   `json:"knownAfterApply,omitempty"`
}

// DiffValueRow is a parameter or output before and after; absent where there is none.
type DiffValueRow struct {
	Name   string  `json:"name"`
	Before *string `json:"before,omitempty"`
	After  *string `json:"after,omitempty"`
}

// Difference makes the document of keyvex diff.
func Difference(where Where, d *deploy.Diff) DiffDocument {
	doc := DiffDocument{Where: where, Changed: d.Changed(), Stacks: []DiffStackRow{}}
	for _, s := range d.Stacks {
		row := DiffStackRow{
			Name: s.Stack, Stack: s.Name, Action: s.Action, Reasons: s.Reasons, Exact: s.Exact,
			Resources: []DiffResourceRow{}, Parameters: diffValues(s.Parameters), Outputs: diffValues(s.Outputs),
		}
		for _, r := range s.Resources {
			row.Resources = append(row.Resources, diffResource(r))
		}
		doc.Stacks = append(doc.Stacks, row)
	}
	return doc
}

func diffResource(r deploy.ResourceChange) DiffResourceRow {
	row := DiffResourceRow{
		LogicalID: r.LogicalID, PhysicalID: r.PhysicalID, Type: r.Type, Action: r.Action,
		Replacement: r.Replacement, Retained: r.Retained, Access: r.Access, Loss: r.Loss,
	}
	for _, p := range r.Properties {
		row.Properties = append(row.Properties, DiffPropertyRow(p))
	}
	return row
}

func diffValues(values []deploy.ValueChange) []DiffValueRow {
	rows := []DiffValueRow{}
	for _, v := range values {
		rows = append(rows, DiffValueRow(v))
	}
	return rows
}
