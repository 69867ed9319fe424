package store

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// MaxTopics is how many topics one connection may subscribe to.
const MaxTopics = 50

// Connection is a user's open socket.
type Connection struct {
	ID          string    `json:"connectionId"`
	UserID      string    `json:"userId"`
	Topics      []string  `json:"topics"`
	ConnectedAt time.Time `json:"connectedAt"`
	// ExpiresAt is in whole seconds. DynamoDB removes the item some time after.
	ExpiresAt time.Time `json:"-"`
}

// connectionItem is a connection without its topics, which are a set: DynamoDB has
// no empty one.
type connectionItem struct {
	Connection
	Topics []string `json:"topics,omitempty"`
}

func connectionID(id string) item { return key(connectionPrefix+id, connectionKey) }

// PutConnection stores a connection.
func (t *Table) PutConnection(ctx context.Context, c Connection) error {
	topics := item{}
	if len(c.Topics) > 0 {
		topics["topics"] = &types.AttributeValueMemberSS{Value: c.Topics}
	}
	c.ConnectedAt = c.ConnectedAt.UTC() // ForgetConnection compares it as text
	in, err := encode(connectionItem{Connection: c},
		connectionID(c.ID), index(platform.GSI1, userPrefix+c.UserID, connectionPrefix+c.ID), expires(c.ExpiresAt), topics)
	if err != nil {
		return err
	}
	return t.put(ctx, in)
}

// DeleteConnection removes a connection; it may be gone already.
func (t *Table) DeleteConnection(ctx context.Context, id string) error {
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &t.name, Key: connectionID(id)})
	return err
}

// ForgetConnection removes a connection that was made before a time. A younger one stays:
// API Gateway calls one gone that it is still about to make.
func (t *Table) ForgetConnection(ctx context.Context, id string, before time.Time) error {
	_, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.name, Key: connectionID(id), ConditionExpression: new("attribute_not_exists(PK) OR connectedAt < :before"),
		ExpressionAttributeValues: item{":before": text(before.UTC().Format(time.RFC3339))},
	})
	if _, young := errors.AsType[*types.ConditionalCheckFailedException](err); young {
		return nil
	}
	return err
}

// Connection reads a connection. ErrNotFound says that none has that id.
func (t *Table) Connection(ctx context.Context, id string) (Connection, error) {
	found, err := t.get(ctx, connectionID(id))
	if err != nil {
		return Connection{}, err
	}
	return readConnection(found)
}

// ConnectionsOf lists a user's connections. The index lags behind the table by
// usually less than a second, and what has expired is listed until DynamoDB
// removes it.
func (t *Table) ConnectionsOf(ctx context.Context, userID string) ([]Connection, error) {
	return gather(mapped(t.query(ctx, latestFirst(platform.GSI1, userPrefix+userID, connectionPrefix)), readConnection))
}

func readConnection(found item) (Connection, error) {
	var c Connection
	err := decode(found, &c)
	c.ExpiresAt = expiry(found)
	return c, err
}

// Subscribe adds a topic to a connection. ErrTooManyTopics says that it has
// MaxTopics others, ErrNotFound that there is no such connection.
func (t *Table) Subscribe(ctx context.Context, id, topic string) error {
	found, err := t.update(ctx, change{
		key: connectionID(id), update: "ADD #topics :set",
		condition: "attribute_exists(PK) AND (attribute_not_exists(#topics) OR size(#topics) < :most OR contains(#topics, :topic))",
		values:    map[string]any{"set": &types.AttributeValueMemberSS{Value: []string{topic}}, "topic": topic, "most": MaxTopics},
	})
	if conditionFailed(err) && len(found) > 0 {
		return ErrTooManyTopics
	}
	return missing(err)
}

// Unsubscribe takes a topic from a connection, which may not have it.
func (t *Table) Unsubscribe(ctx context.Context, id, topic string) error {
	_, err := t.update(ctx, change{
		key: connectionID(id), update: "DELETE #topics :set", condition: "attribute_exists(PK)",
		values: map[string]any{"set": &types.AttributeValueMemberSS{Value: []string{topic}}},
	})
	return missing(err)
}

// KeepConnection moves a connection's expiry.
func (t *Table) KeepConnection(ctx context.Context, id string, until time.Time) error {
	_, err := t.update(ctx, change{
		key: connectionID(id), update: "SET #TTL = :expires", condition: "attribute_exists(PK)",
		values: map[string]any{"expires": epoch(until)},
	})
	return missing(err)
}

// missing reads an unmet attribute_exists.
func missing(err error) error {
	if conditionFailed(err) {
		return ErrNotFound
	}
	return err
}
