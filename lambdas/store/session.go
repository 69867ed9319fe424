package store

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/platform"
)

// Session is a user's conversation with an AI.
type Session struct {
	ID       string `json:"sessionId"`
	UserID   string `json:"userId"`
	ToolID   string `json:"toolId"`
	Kind     string `json:"kind"`
	Provider string `json:"provider"`
	Model    string `json:"model"`
	// LastJobID is the job that was settled last; LastError is why it was refused,
	// empty when it was answered.
	LastJobID string `json:"lastJobId"`
	LastError string `json:"lastError"`
	// Messages counts the stored messages; the tokens are those of all answers.
	Messages     int       `json:"messages"`
	InputTokens  int       `json:"inputTokens"`
	OutputTokens int       `json:"outputTokens"`
	CreatedAt    time.Time `json:"createdAt"`
	UpdatedAt    time.Time `json:"updatedAt"`
}

// sessionChange is what every settled job does to its session's METADATA. The
// session's keys in the indexes move with its last use.
func sessionChange(job Job, lastError string, now time.Time) change {
	id := job.Session()
	c := change{
		key:       key(sessionPrefix+id, metadataKey),
		condition: "attribute_not_exists(PK) OR #userId = :user",
		update: "SET #sessionId = :id, #userId = :user, #kind = :kind, #provider = :provider, #model = :model, #lastJobId = :job, #lastError = :error, " +
			"#createdAt = if_not_exists(#createdAt, :now), #updatedAt = :now, #GSI1PK = :owner, #GSI1SK = :recent",
		values: map[string]any{
			"id": id, "user": job.UserID, "kind": job.Kind, "provider": job.Provider, "model": job.Model,
			"job": job.ID, "error": lastError, "now": now.UTC(), "owner": userPrefix + job.UserID, "recent": sessionPrefix + stamped(now, id),
		},
	}
	if job.ToolID != "" {
		c.update += ", #toolId = :tool, #GSI2PK = :toolKey, #GSI2SK = :recent"
		c.values["tool"], c.values["toolKey"] = job.ToolID, toolPrefix+job.ToolID
	}
	return c
}

func sessionAnswered(job Job, answer Answer, now time.Time) change {
	c := sessionChange(job, "", now)
	c.update += " ADD #messages :messages, #inputTokens :input, #outputTokens :output"
	c.values["messages"], c.values["input"], c.values["output"] = 2, answer.InputTokens, answer.OutputTokens
	return c
}

func sessionRefused(job Job, reason string, now time.Time) change {
	return sessionChange(job, reason, now)
}

// Session reads a session. ErrNotFound says that none has that id.
func (t *Table) Session(ctx context.Context, id string) (Session, error) {
	return one[Session](ctx, t, key(sessionPrefix+id, metadataKey))
}

// SessionsOf lists a user's sessions, the one used last first.
func (t *Table) SessionsOf(ctx context.Context, userID string) ([]Session, error) {
	return all[Session](t.query(ctx, latestFirst(platform.GSI1, userPrefix+userID, sessionPrefix)))
}

// SessionsOfTool lists the sessions about a tool, the one used last first.
func (t *Table) SessionsOfTool(ctx context.Context, toolID string) ([]Session, error) {
	return all[Session](t.query(ctx, latestFirst(platform.GSI2, toolPrefix+toolID, sessionPrefix)))
}

// latestFirst asks an index for what begins with a prefix, descending.
func latestFirst(i platform.Index, partition, prefix string) *dynamodb.QueryInput {
	in := begins(i.PartitionKey(), i.SortKey(), partition, prefix)
	in.IndexName, in.ScanIndexForward = new(string(i)), new(false)
	return in
}

// ordered asks the table for what begins with a prefix, ascending and consistent.
func ordered(partition, prefix string) *dynamodb.QueryInput {
	in := begins(platform.PartitionKey, platform.SortKey, partition, prefix)
	in.ConsistentRead = new(true)
	return in
}

func begins(partitionName, sortName, partition, prefix string) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{
		KeyConditionExpression:    new("#partition = :partition AND begins_with(#sort, :prefix)"),
		ExpressionAttributeNames:  map[string]string{"#partition": partitionName, "#sort": sortName},
		ExpressionAttributeValues: item{":partition": text(partition), ":prefix": text(prefix)},
	}
}
