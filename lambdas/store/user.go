package store

import (
	"context"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// User is a user's profile, under the id that Clerk gave.
type User struct {
	ID        string    `json:"userId"`
	Email     string    `json:"email"`
	Name      string    `json:"name,omitempty"`
	CreatedAt time.Time `json:"createdAt"`
}

// PutUser stores a user's profile.
func (t *Table) PutUser(ctx context.Context, u User) error {
	in, err := encode(u, key(userPrefix+u.ID, profileKey), index(platform.GSI2, mailbox(u.Email), userPrefix+u.ID))
	if err != nil {
		return err
	}
	return t.put(ctx, in)
}

// User reads a user's profile. ErrNotFound says that there is none of that id.
func (t *Table) User(ctx context.Context, id string) (User, error) {
	return one[User](ctx, t, key(userPrefix+id, profileKey))
}

// UsersAt lists the users with an address.
func (t *Table) UsersAt(ctx context.Context, email string) ([]User, error) {
	return all[User](t.query(ctx, latestFirst(platform.GSI2, mailbox(email), userPrefix)))
}

// Tool is a tool that a user built.
type Tool struct {
	ID     string `json:"toolId"`
	UserID string `json:"userId"`
	Title  string `json:"title"`
	// ThankVisitors has visitors who leave an address mailed a confirmation.
	ThankVisitors bool      `json:"thankVisitors"`
	CreatedAt     time.Time `json:"createdAt"`
}

// PutTool stores a tool under its owner.
func (t *Table) PutTool(ctx context.Context, tool Tool) error {
	in, err := encode(tool, key(userPrefix+tool.UserID, toolPrefix+tool.ID), index(platform.GSI2, toolPrefix+tool.ID, toolPrefix))
	if err != nil {
		return err
	}
	return t.put(ctx, in)
}

// Tool finds a tool whose owner is not known. ErrNotFound says that there is none
// of that id, or that it was made less than about a second ago: the index lags.
func (t *Table) Tool(ctx context.Context, id string) (Tool, error) {
	found, err := all[Tool](t.query(ctx, latestFirst(platform.GSI2, toolPrefix+id, toolPrefix)))
	if err != nil {
		return Tool{}, err
	}
	if len(found) == 0 {
		return Tool{}, ErrNotFound
	}
	return found[0], nil
}

// ToolsOf lists a user's tools by their ids.
func (t *Table) ToolsOf(ctx context.Context, userID string) ([]Tool, error) {
	return all[Tool](t.query(ctx, ordered(userPrefix+userID, toolPrefix)))
}
