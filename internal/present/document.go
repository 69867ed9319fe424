package present

import (
	"time"

	"github.com/keyvex/keyvex/internal/deploy"
	"github.com/keyvex/keyvex/internal/dotenv"
	"github.com/keyvex/keyvex/internal/platform"
)

// The documents of --json. Field names are a promise, kept in docs/json.md.

// Version is the document of keyvex version.
type Version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
	// Bundles tells whether the Lambda zips for AWS are in this binary.
	Bundles bool `json:"bundles"`
}

// Lines is the version for people.
func (v Version) Lines() []string {
	bundles := "the Lambda bundles for AWS are in this binary"
	if !v.Bundles {
		bundles = "no Lambda bundles for AWS in this binary (make bundle build); local needs none"
	}
	first := "keyvex " + v.Version
	if v.Commit != "" {
		first += " (" + v.Commit + ")"
	}
	return []string{first + ", " + v.Go + " " + v.Platform, bundles}
}

// Where is the place that a document is about.
type Where struct {
	Environment string        `json:"environment"`
	Tier        platform.Tier `json:"tier"`
	Account     string        `json:"account,omitempty"`
	Region      string        `json:"region,omitempty"`
}

// StatusDocument is the document of keyvex status.
type StatusDocument struct {
	Where
	Deployed bool `json:"deployed"`
	// Verdict, Sources and Asked are absent while nothing is deployed.
	Verdict *VerdictRow `json:"verdict,omitempty"`
	Sources []SourceRow `json:"sources,omitempty"`
	// Asked is what it took to know it.
	Asked *AskedRow `json:"asked,omitempty"`
	// Paused functions take no messages from their queues.
	Paused []string   `json:"paused,omitempty"`
	Stacks []StackRow `json:"stacks"`
}

// StackRow is one stack in a document.
type StackRow struct {
	Name         platform.Stack `json:"name"`
	Stack        string         `json:"stack"`
	Status       string         `json:"status"`
	Updated      *time.Time     `json:"updated,omitempty"`
	TemplateHash string         `json:"templateHash,omitempty"`
	Build        string         `json:"build,omitempty"`
	Behind       bool           `json:"behind"`
	Drifted      bool           `json:"drifted"`
	Protected    bool           `json:"protected"`
}

// Status makes the document of keyvex status.
func Status(where Where, stacks []deploy.StackStatus) StatusDocument {
	doc := StatusDocument{Where: where, Stacks: []StackRow{}}
	for _, s := range stacks {
		doc.Deployed = doc.Deployed || s.Deployed()
		doc.Stacks = append(doc.Stacks, stackRow(s))
	}
	return doc
}

func stackRow(s deploy.StackStatus) StackRow {
	return StackRow{
		Name: s.Stack, Stack: s.Name, Status: s.Status, Updated: timeOrNil(s.Updated),
		TemplateHash: s.TemplateHash, Build: s.Build, Behind: s.Behind, Drifted: s.Drifted, Protected: s.Protected,
	}
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	utc := t.UTC()
	return &utc
}

// OutputsDocument is the document of keyvex outputs.
type OutputsDocument struct {
	Where
	Outputs []OutputRow `json:"outputs"`
}

// OutputRow is one output of a stack in a document.
type OutputRow struct {
	Stack       platform.Stack `json:"stack"`
	Name        string         `json:"name"`
	Value       string         `json:"value"`
	Description string         `json:"description,omitempty"`
}

// Outputs makes the document of keyvex outputs.
func Outputs(where Where, outputs []deploy.Output) OutputsDocument {
	return OutputsDocument{where, outputRows(outputs)}
}

func outputRows(outputs []deploy.Output) []OutputRow {
	rows := []OutputRow{}
	for _, o := range outputs {
		rows = append(rows, OutputRow{o.Stack, o.Key, o.Value, o.Description})
	}
	return rows
}

// EnvironmentRow is one environment in the document of keyvex envs.
type EnvironmentRow struct {
	Name string `json:"name"`
	// Tier is that of keyvex.toml, or the default.
	Tier platform.Tier `json:"tier"`
	// Current is the one that commands without -e are about, Configured whether
	// keyvex.toml speaks of it.
	Current    bool       `json:"current"`
	Configured bool       `json:"configured"`
	Stacks     []StackRow `json:"stacks"`
	// Unreachable says why the stacks are not known.
	Unreachable string `json:"unreachable,omitempty"`
}

// EnvironmentsDocument is the document of keyvex envs.
type EnvironmentsDocument struct {
	Environments []EnvironmentRow `json:"environments"`
}

// StackRows makes the rows of the stacks that exist.
func StackRows(stacks []deploy.StackStatus) []StackRow {
	rows := []StackRow{}
	for _, s := range stacks {
		rows = append(rows, stackRow(s))
	}
	return rows
}

// VariablesDocument is the document of keyvex dotenv.
type VariablesDocument struct {
	Where
	Variables []VariableRow `json:"variables"`
}

// VariableRow is one variable of the application in a document. Value is absent
// where keyvex does not know it; a secret's never is there.
type VariableRow struct {
	Group   string                  `json:"group"`
	Name    string                  `json:"name"`
	Value   *string                 `json:"value,omitempty"`
	Source  platform.VariableSource `json:"source"`
	Comment string                  `json:"comment,omitempty"`
}

// Variables makes the document of keyvex dotenv.
func Variables(where Where, groups []dotenv.Group) VariablesDocument {
	doc := VariablesDocument{Where: where, Variables: []VariableRow{}}
	for _, group := range groups {
		for _, e := range group.Entries {
			row := VariableRow{Group: group.Title, Name: e.Name, Source: e.Source, Comment: e.Comment}
			if e.Known {
				row.Value = &e.Value
			}
			doc.Variables = append(doc.Variables, row)
		}
	}
	return doc
}
