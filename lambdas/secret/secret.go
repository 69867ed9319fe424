// Package secret reads one Secrets Manager secret for a function and keeps it for
// a minute, so that a rotated key is seen soon and each message costs no call.
package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
)

// keep is how long a value is used without being read again; pause is how long
// must lie between two reads that authentication failures ask for.
const (
	keep  = 60 * time.Second
	pause = 5 * time.Second
)

// Client is what is needed of Secrets Manager.
type Client interface {
	GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Cache holds the secret's latest known value. Its methods may be called at the
// same time; one of them reads, the others wait for it.
type Cache struct {
	client Client
	name   string
	clock  clock.Clock

	mu   sync.Mutex
	held Value
	// read is when held was read, refused when that was for a refusal; zero before
	// the first time.
	read, refused time.Time
}

// New makes a cache that reads nothing until it is asked.
func New(client Client, name string, c clock.Clock) *Cache {
	return &Cache{client: client, name: name, clock: c}
}

// Get gives the value that was read within the last minute, or reads it.
func (c *Cache) Get(ctx context.Context) (Value, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.clock.Now(); !c.read.IsZero() && now.Sub(c.read) < keep {
		return c.held, nil
	}
	return c.renew(ctx)
}

// Refresh is for after an authentication failure: the value is read at once, however
// young the held one is, unless another failure had it read within the last five seconds.
func (c *Cache) Refresh(ctx context.Context) (Value, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if !c.refused.IsZero() && now.Sub(c.refused) < pause {
		return c.held, nil
	}
	value, err := c.renew(ctx)
	if err == nil {
		c.refused = now
	}
	return value, err
}

// renew reads the value; c.mu is held.
func (c *Cache) renew(ctx context.Context) (Value, error) {
	now := c.clock.Now()
	out, err := c.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &c.name})
	if err != nil {
		return Value{}, fmt.Errorf("read secret %s: %w", c.name, err)
	}
	value, err := parse(aws.ToString(out.SecretString), aws.ToString(out.VersionId))
	if err != nil {
		return Value{}, fmt.Errorf("secret %s: %w", c.name, err)
	}
	c.held, c.read = value, now
	return value, nil
}

// parse reads the secret's JSON document, of which members that are no texts are no
// keys. The decoder's error is dropped: it quotes.
func parse(text, version string) (Value, error) {
	members := map[string]any{}
	if json.Unmarshal([]byte(text), &members) != nil {
		return Value{}, fmt.Errorf("version %s is no JSON object", version)
	}
	return Value{Version: version, key: func(name string) string {
		key, _ := members[name].(string)
		return key
	}}, nil
}
