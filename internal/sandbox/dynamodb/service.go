// Package dynamodb is the sandbox's Amazon DynamoDB: tables with their indexes,
// time to live, point-in-time recovery and tags, their items, and the CloudFormation
// types AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable (of this region alone).
//
// An operation on items turns its parameters into actions (action.go), which are
// checked and become writes (write.go), or into a reading (reading.go) of a view
// (view.go): the table or an index in its order. Package expression has the
// language, package value the values.
package dynamodb

import (
	"encoding/json"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Service holds the account's tables. Its methods that bear an operation's name
// are that operation, and may be called directly.
//
// A change of a table is done when it is answered. The answer still says CREATING,
// UPDATING or DELETING, as AWS's does, and the next call finds the table ACTIVE
// or gone.
type Service struct {
	host *host.Host

	mu     sync.Mutex
	tables *state.Map[table]
	items  *state.Map[json.RawMessage]
	// collections are the items' orders by table, nil until items are needed.
	collections map[string]*collection
	expressions expression.Cache
	tokens      *tokens
}

// New opens the service on the host's state.
func New(h *host.Host) *Service {
	return &Service{
		host: h, tables: state.NewMap[table](h.State, "dynamodb.table"),
		items: state.NewMap[json.RawMessage](h.State, "dynamodb.item"), tokens: openTokens(h),
	}
}

// Wire describes the service to the router.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{Name: "dynamodb", Protocols: []wire.Protocol{wire.JSON10}, TargetPrefix: "DynamoDB_20120810"}
	wire.Handle(w, s.CreateTable)
	wire.Handle(w, s.DescribeTable)
	wire.Handle(w, s.ListTables)
	wire.Handle(w, s.UpdateTable)
	wire.Handle(w, s.DeleteTable)
	wire.Handle(w, s.DescribeContinuousBackups)
	wire.Handle(w, s.UpdateContinuousBackups)
	wire.Handle(w, s.DescribeTimeToLive)
	wire.Handle(w, s.UpdateTimeToLive)
	wire.Handle(w, s.TagResource)
	wire.Handle(w, s.UntagResource)
	wire.Handle(w, s.ListTagsOfResource)
	wire.Handle(w, s.PutItem)
	wire.Handle(w, s.GetItem)
	wire.Handle(w, s.UpdateItem)
	wire.Handle(w, s.DeleteItem)
	wire.Handle(w, s.Query)
	wire.Handle(w, s.Scan)
	wire.Handle(w, s.BatchGetItem)
	wire.Handle(w, s.BatchWriteItem)
	wire.Handle(w, s.TransactGetItems)
	wire.Handle(w, s.TransactWriteItems)
	return w
}

// Resources lists the CloudFormation types that the service owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.tableType(), s.globalTableType()}
}
