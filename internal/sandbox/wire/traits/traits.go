// Package traits holds what the SDK's Go structs do not say about the wire: names
// that differ from the rule, element names of lists, timestamp formats, error codes
// and statuses, and the addresses of REST operations. The tables are generated
// from service models by the command in the folder generate; sqs.json's Query names
// and codes are AWS's from before its move to JSON, which the models have dropped.
package traits

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:generate go run ./generate -models $BOTOCORE_DATA -out .

//go:embed *.json
var files embed.FS

// Table is what is known of one service. Keys of members are "Type.Member", both
// in the SDK's spelling.
type Table struct {
	// Lower tells that member names start with a small letter on the wire.
	Lower bool `json:"lower,omitempty"`
	// Names, Lists and Times are the exceptions, in the notations of wire.Service.
	Names map[string]string `json:"names,omitempty"`
	Lists map[string]string `json:"lists,omitempty"`
	Times map[string]string `json:"times,omitempty"`
	// Errors are by Go type name.
	Errors map[string]Error `json:"errors,omitempty"`
	// Routes are by operation.
	Routes map[string]Route `json:"routes,omitempty"`
}

// Error is the code of Query and XML where it is not the type's name, and the HTTP
// status where the model states one.
type Error struct {
	Code   string `json:"code,omitempty"`
	Status int    `json:"status,omitempty"`
}

// Route is the address of a REST operation; the fields are those of wire.Route.
type Route struct {
	Method          string            `json:"method"`
	Path            string            `json:"path"`
	Query           map[string]string `json:"query,omitempty"`
	Header          map[string]string `json:"header,omitempty"`
	RequestPayload  string            `json:"requestPayload,omitempty"`
	ResponsePayload string            `json:"responsePayload,omitempty"`
	ResponseHeader  map[string]string `json:"responseHeader,omitempty"`
	Status          int               `json:"status,omitempty"`
	StatusMember    string            `json:"statusMember,omitempty"`
}

var loaded sync.Map

// Of gives the table of a service by the name of its SDK package,
// "cloudwatchlogs", or nil when there is none.
func Of(name string) *Table {
	if t, ok := loaded.Load(name); ok {
		return t.(*Table)
	}
	t := read(name)
	loaded.Store(name, t)
	return t
}

func read(name string) *Table {
	raw, err := files.ReadFile(name + ".json")
	if err != nil {
		return nil
	}
	t := &Table{}
	if err := json.Unmarshal(raw, t); err != nil {
		panic(fmt.Sprintf("traits: %s.json: %v", name, err)) // it is part of the binary
	}
	return t
}
