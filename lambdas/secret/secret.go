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
	read time.Time // when held was read; zero before the first time
}

// New makes a cache that reads nothing until it is asked.
func New(client Client, name string, c clock.Clock) *Cache {
	return &Cache{client: client, name: name, clock: c}
}

// Get gives the value that was read within the last minute, or reads it.
func (c *Cache) Get(ctx context.Context) (Value, error) { return c.younger(ctx, keep) }

// Refresh is for after an authentication failure: the value is read at once, unless
// that was done within the last five seconds.
func (c *Cache) Refresh(ctx context.Context) (Value, error) { return c.younger(ctx, pause) }

func (c *Cache) younger(ctx context.Context, age time.Duration) (Value, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clock.Now()
	if !c.read.IsZero() && now.Sub(c.read) < age {
		return c.held, nil
	}
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
