package node_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/elasticache/node"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestMain(m *testing.M) { oracle.Verify(m) }

// protected has two good tokens, unless tokens is nil: then it is open to all.
func protected(tokens *[]string, memory int64) *node.Node {
	return node.New(node.Options{
		Clock: clock.Wall{}, Memory: memory,
		Protected: func() bool { return tokens != nil && len(*tokens) > 0 },
		Authenticates: func(token string) bool {
			for _, good := range *tokens {
				if good == token {
					return true
				}
			}
			return false
		},
	})
}

func client(t *testing.T, n *node.Node, token string) *redis.Client {
	t.Helper()
	c := redis.NewClient(&redis.Options{
		Password: token, DisableIdentity: true, MaxRetries: -1,
		Dialer: func(context.Context, string, string) (net.Conn, error) { return n.Dial(), nil },
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestEveryGoodTokenLetsInAndNoOther(t *testing.T) {
	tokens := []string{"old-token-old-token", "new-token-new-token"}
	n := protected(&tokens, 1<<20)
	defer n.Close()
	connected := client(t, n, tokens[0])
	for token, good := range map[string]bool{tokens[0]: true, tokens[1]: true, "wrong": false, "": false} {
		err := client(t, n, token).Set(t.Context(), "k", "v", 0).Err()
		if (err == nil) != good {
			t.Errorf("token %q: %v", token, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "WRONGPASS") && !strings.HasPrefix(err.Error(), "NOAUTH") {
			t.Errorf("token %q is refused with %v", token, err)
		}
	}
	if err := connected.Get(t.Context(), "k").Err(); err != nil {
		t.Fatal(err)
	}
	old := tokens[0]
	tokens = tokens[1:]
	n.Secure()
	if err := client(t, n, old).Ping(t.Context()).Err(); err == nil {
		t.Error("a token that is no longer set lets in")
	}
	if err := connected.Get(t.Context(), "k").Err(); err != nil {
		t.Error("who was connected is thrown out:", err)
	}
}

func TestClientsWithTheBundleComeInOverTLS(t *testing.T) {
	a, err := authority.Open("", clock.Wall{})
	if err != nil {
		t.Fatal(err)
	}
	tokens := []string{"some-token-some-token"}
	n := protected(&tokens, 1<<20)
	defer n.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.Serve(listener, a.TLS())
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.CAPEM())
	c := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), Password: tokens[0], TLSConfig: &tls.Config{RootCAs: pool}, MaxRetries: -1})
	defer c.Close()
	if err := c.Set(t.Context(), "k", "v", time.Minute).Err(); err != nil {
		t.Fatal(err)
	}
	script := redis.NewScript(`redis.call("INCRBY", KEYS[1], ARGV[1]); return redis.call("GET", KEYS[1])`)
	if got, err := script.Run(t.Context(), c, []string{"n"}, 5).Int(); got != 5 || err != nil {
		t.Errorf("a script gives %d, %v", got, err)
	}
	pipe := c.TxPipeline()
	v := pipe.Get(t.Context(), "k")
	if _, err := pipe.Exec(t.Context()); err != nil || v.Val() != "v" {
		t.Errorf("a transaction gives %q, %v", v.Val(), err)
	}
	plain := redis.NewClient(&redis.Options{Addr: listener.Addr().String(), Password: tokens[0], MaxRetries: -1, DialTimeout: time.Second, ReadTimeout: time.Second})
	defer plain.Close()
	if err := plain.Ping(t.Context()).Err(); err == nil {
		t.Error("a client without TLS comes in")
	}
}

func TestKeysExpireWithTheClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := protected(nil, 1<<20)
		defer n.Close()
		c := client(t, n, "")
		if err := c.Set(t.Context(), "k", "v", time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Minute)
		if c.Exists(t.Context(), "k").Val() != 1 {
			t.Error("it went too early")
		}
		time.Sleep(2 * time.Minute)
		if n.Figures().Items != 0 || c.Exists(t.Context(), "k").Val() != 0 {
			t.Error("it stays")
		}
		c.Close()
	})
}

func TestAFullNodeEvictsWhatMayGoAndRefusesTheRest(t *testing.T) {
	n := protected(nil, 100_000)
	defer n.Close()
	c, value := client(t, n, ""), strings.Repeat("x", 1000)
	for i := range 300 {
		if err := c.Set(t.Context(), "volatile"+string(rune('0'+i)), value, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
	if f := n.Figures(); f.Used > f.Memory+2000 || f.Evictions < 150 {
		t.Errorf("after 300 kB it is %+v", f)
	}
	var refused error
	for i := 0; i < 300 && refused == nil; i++ {
		refused = c.Set(t.Context(), "stays"+string(rune('0'+i)), value, 0).Err()
	}
	if refused == nil || !strings.HasPrefix(refused.Error(), "OOM ") {
		t.Errorf("what cannot go is taken without end: %v", refused)
	}
	if err := c.FlushAll(t.Context()).Err(); err != nil {
		t.Error(err)
	}
	if n.Figures().Used != 0 || c.Set(t.Context(), "k", value, 0).Err() != nil {
		t.Error("an emptied node still refuses")
	}
}

func TestANodeCountsWhatItDoes(t *testing.T) {
	n := protected(nil, 1<<20)
	defer n.Close()
	c, ctx := client(t, n, ""), t.Context()
	c.Set(ctx, "k", "v", 0)
	c.HSet(ctx, "h", "f", "v")
	c.Get(ctx, "k")
	c.HGetAll(ctx, "h")
	c.Get(ctx, "none")
	c.SetNX(ctx, "k", "other", 0)
	f := n.Figures()
	if f.Hits != 2 || f.Misses != 1 || f.Reads != 3 || f.Writes != 3 || f.Items != 2 || f.Connections < 1 || f.NewConnections < 1 {
		t.Errorf("figures are %+v", f)
	}
}
