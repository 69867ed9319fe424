package dynamodb

import (
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// AWS's quotas of a table's indexes.
const (
	maxGlobalIndexes = 20
	maxLocalIndexes  = 5
)

var nameGrammar = lazy.Regexp(`^[a-zA-Z0-9_.-]{3,255}$`)

// check holds a table as it would be against DynamoDB's rules.
func (t table) check() error {
	for _, rule := range []func(table) error{
		table.checkName, table.checkKeys, table.checkAttributes, table.checkIndexes, table.checkThroughput, table.checkStream,
	} {
		if err := rule(t); err != nil {
			return err
		}
	}
	return nil
}

func (t table) checkName() error {
	for _, name := range append(t.indexNames(), t.Name) {
		if !nameGrammar().MatchString(name) {
			return validation("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, " +
				"and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
		}
	}
	return nil
}

func (t table) checkKeys() error {
	for _, schema := range t.keySchemas() {
		if len(schema) == 0 || len(schema) > 2 {
			return validation("1 validation error detected: Value at 'keySchema' failed to satisfy constraint: " +
				"Member must have length between 1 and 2")
		}
		if schema[0].KeyType != types.KeyTypeHash {
			return validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
		}
		if len(schema) == 2 && schema[1].KeyType != types.KeyTypeRange {
			return validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
		}
		if len(schema) == 2 && aws.ToString(schema[0].AttributeName) == aws.ToString(schema[1].AttributeName) {
			return validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
		}
	}
	return nil
}

// checkAttributes wants each key attribute defined, and nothing else.
func (t table) checkAttributes() error {
	defined := make([]string, len(t.Attributes))
	for i, attribute := range t.Attributes {
		defined[i] = aws.ToString(attribute.AttributeName)
		if !slices.Contains(attribute.AttributeType.Values(), attribute.AttributeType) {
			return validation("1 validation error detected: Value '%s' at 'attributeDefinitions.%d.member.attributeType' failed "+
				"to satisfy constraint: Member must satisfy enum value set: [B, N, S]", attribute.AttributeType, i+1)
		}
	}
	used := t.keyAttributes()
	for _, schema := range t.keySchemas() {
		for _, element := range schema {
			if !slices.Contains(defined, aws.ToString(element.AttributeName)) {
				return invalid("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
					strings.Join(names(schema), ", "), strings.Join(defined, ", "))
			}
		}
	}
	switch {
	case len(used) == len(defined):
		return nil
	case len(t.indexNames()) == 0:
		return invalid("Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return invalid("Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]",
		strings.Join(defined, ", "), strings.Join(used, ", "))
}

func names(schema []types.KeySchemaElement) []string {
	out := make([]string, len(schema))
	for i, element := range schema {
		out[i] = aws.ToString(element.AttributeName)
	}
	return out
}

func (t table) checkIndexes() error {
	if len(t.Indexes) > maxGlobalIndexes {
		return invalid("GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobalIndexes)
	}
	if len(t.LocalIndexes) > maxLocalIndexes {
		return invalid("Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocalIndexes)
	}
	if len(t.LocalIndexes) > 0 && len(t.Keys) < 2 {
		return invalid("Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	seen := map[string]bool{}
	for _, name := range t.indexNames() {
		if seen[name] {
			return invalid("Duplicate index name: %s", name)
		}
		seen[name] = true
	}
	for _, index := range t.Indexes {
		if err := checkProjection(index.Projection); err != nil {
			return err
		}
	}
	for _, index := range t.LocalIndexes {
		if err := checkProjection(index.Projection); err != nil {
			return err
		}
	}
	return nil
}

func checkProjection(p *types.Projection) error {
	switch {
	case p == nil || p.ProjectionType == "":
		return invalid("Unknown ProjectionType: null")
	case p.ProjectionType == types.ProjectionTypeInclude && len(p.NonKeyAttributes) == 0:
		return invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	case p.ProjectionType != types.ProjectionTypeInclude && len(p.NonKeyAttributes) > 0:
		return invalid("ProjectionType is %s, but NonKeyAttributes is specified", p.ProjectionType)
	}
	return nil
}

func (t table) checkThroughput() error {
	if t.onDemand() {
		if t.Throughput != nil {
			return invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		return nil
	}
	if t.Throughput == nil {
		return invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	for _, index := range t.Indexes {
		if index.ProvisionedThroughput == nil {
			return invalid("ProvisionedThroughput is not specified for index: %s", aws.ToString(index.IndexName))
		}
	}
	return nil
}

func (t table) checkStream() error {
	if t.streams() && t.Stream.StreamViewType == "" {
		return invalid("Table is being created with a stream but StreamViewType is not specified")
	}
	if t.Stream != nil && !t.streams() && t.Stream.StreamViewType != "" {
		return invalid("StreamViewType cannot be specified when StreamEnabled is false")
	}
	return nil
}
