package store

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// item is an item, or a key, as DynamoDB takes it.
type item = map[string]types.AttributeValue

// The first words of keys.
const (
	userPrefix        = "USER#"
	toolPrefix        = "TOOL#"
	sessionPrefix     = "SESSION#"
	messagePrefix     = "MESSAGE#"
	leadPrefix        = "LEAD#"
	interactionPrefix = "INTERACTION#"
	metricPrefix      = "METRIC#"
	requestPrefix     = "REQUEST#"
	alertPrefix       = "ALERT#"
	connectionPrefix  = "CONNECTION#"
	idempotencyPrefix = "IDEMPOTENCY#"
	emailPrefix       = "EMAIL#"
)

// The sort keys of items that are alone in their partition, or lead it.
const (
	profileKey     = "PROFILE"
	metadataKey    = "METADATA"
	connectionKey  = "CONNECTION"
	idempotencyKey = "IDEMPOTENCY"
	alertKey       = "ALERT"
)

// key is an item's primary key.
func key(partition, sort string) item {
	return item{platform.PartitionKey: text(partition), platform.SortKey: text(sort)}
}

// index is an item's key in a global secondary index.
func index(i platform.Index, partition, sort string) item {
	return item{i.PartitionKey(): text(partition), i.SortKey(): text(sort)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// stampLayout has a fixed width, so that keys sort by time.
const stampLayout = "2006-01-02T15:04:05.000000000Z"

// stamp is a time within a key: UTC, nine digits of a second.
func stamp(at time.Time) string { return at.UTC().Format(stampLayout) }

// stamped is the rest of a key that sorts by time and then by id.
func stamped(at time.Time, id string) string { return stamp(at) + "#" + id }

// day is a date within a key, in UTC.
func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// mailbox is an address within a key. Upper and lower case are one mailbox in
// practice (RFC 5321 leaves it to the receiving host).
func mailbox(address string) string { return emailPrefix + strings.ToLower(address) }
