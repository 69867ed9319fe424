package emailprocessor

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/keyvex/keyvex/lambdas/store"
)

// Lead is a visitor who left an address in a tool (lambdas/schema/lead.json).
type Lead struct {
	Version int             `json:"version"`
	LeadID  string          `json:"leadId"`
	ToolID  string          `json:"toolId"`
	Email   string          `json:"email"`
	Name    string          `json:"name"`
	Phone   string          `json:"phone"`
	Company string          `json:"company"`
	Answers json.RawMessage `json:"answers"`
}

// LogAttributes names the message in a log, whose lines have its id already.
func (in Lead) LogAttributes() []any { return []any{"toolId", in.ToolID} }

// Called is the visitor's name, or words for one who gave none.
func (in Lead) Called() string { return cmp.Or(in.Name, "A visitor") }

func (in Lead) stored(at time.Time) store.Lead {
	return store.Lead{
		ID: in.LeadID, ToolID: in.ToolID, Email: in.Email, Name: in.Name, Phone: in.Phone, Company: in.Company,
		Answers: string(in.Answers), CreatedAt: at.UTC(),
	}
}
