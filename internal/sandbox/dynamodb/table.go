package dynamodb

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// table is what is kept of a table. The SDK's types in it are plain data that
// encoding/json keeps whole.
type table struct {
	Name       string
	ID         string
	Created    time.Time
	Keys       []types.KeySchemaElement
	Attributes []types.AttributeDefinition
	Billing    types.BillingMode
	// OnDemandSince is when the billing became PAY_PER_REQUEST.
	OnDemandSince *time.Time
	Throughput    *types.ProvisionedThroughput
	OnDemand      *types.OnDemandThroughput
	Warm          *types.WarmThroughput
	Indexes       []types.GlobalSecondaryIndex
	LocalIndexes  []types.LocalSecondaryIndex
	Stream        *types.StreamSpecification
	// StreamLabel names the stream; a stream switched on anew gets another.
	StreamLabel  string
	Encryption   *types.SSESpecification
	Class        types.TableClass
	ClassChanged *time.Time
	Protected    bool
	// TimeToLive is the attribute that holds an item's expiry; empty is off.
	TimeToLive string
	// Recovery is point-in-time recovery; nil is off.
	Recovery *recovery
	Insights *insights
	Policy   string
	Tags     map[string]string
}

// recovery is since when, and how many days back, the table can be restored.
type recovery struct {
	Since time.Time
	Days  int32
}

func (t table) onDemand() bool { return t.Billing == types.BillingModePayPerRequest }

func (t table) streams() bool { return t.Stream != nil && aws.ToBool(t.Stream.StreamEnabled) }

// streamLabelLayout is that of a stream's label, a time in UTC.
const streamLabelLayout = "2006-01-02T15:04:05.000"

func (s *Service) arn(name string) string { return s.host.ARN("dynamodb", "table/"+name) }

func (s *Service) streamARN(t table) string { return s.arn(t.Name) + "/stream/" + t.StreamLabel }

// nameOf gives a table's name where AWS takes a name or an ARN.
func nameOf(nameOrARN *string) string {
	name := aws.ToString(nameOrARN)
	if _, rest, ok := strings.Cut(name, ":table/"); ok && strings.HasPrefix(name, "arn:") {
		return rest
	}
	return name
}

// find gives the table or AWS's error.
func (s *Service) find(nameOrARN *string) (table, error) {
	name := nameOf(nameOrARN)
	if t, ok := s.tables.Get(name); ok {
		return t, nil
	}
	return table{}, &types.ResourceNotFoundException{Message: new("Requested resource not found: Table: " + name + " not found")}
}

// indexNames lists the table's indexes of both kinds.
func (t table) indexNames() []string {
	var names []string
	for _, index := range t.Indexes {
		names = append(names, aws.ToString(index.IndexName))
	}
	for _, index := range t.LocalIndexes {
		names = append(names, aws.ToString(index.IndexName))
	}
	return names
}

// keySchemas lists the table's and its indexes' keys.
func (t table) keySchemas() [][]types.KeySchemaElement {
	schemas := [][]types.KeySchemaElement{t.Keys}
	for _, index := range t.Indexes {
		schemas = append(schemas, index.KeySchema)
	}
	for _, index := range t.LocalIndexes {
		schemas = append(schemas, index.KeySchema)
	}
	return schemas
}

// keyAttributes lists the attributes that are part of some key, each once.
func (t table) keyAttributes() []string {
	var names []string
	for _, schema := range t.keySchemas() {
		for _, element := range schema {
			if name := aws.ToString(element.AttributeName); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

func validation(format string, args ...any) error {
	return &wire.Error{Code: "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// invalid is a validation error with the words that most of DynamoDB's begin with.
func invalid(format string, args ...any) error {
	return validation("One or more parameter values were invalid: "+format, args...)
}
