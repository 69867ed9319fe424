package analyticsprocessor_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/sandbox/authority"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// tokens is Secrets Manager: the next read gives the next token, the last one for good.
type tokens []string

func (s *tokens) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	text := fmt.Sprintf(`{"redis_auth_token":%q}`, (*s)[0])
	if len(*s) > 1 {
		*s = (*s)[1:]
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &text, VersionId: new("v")}, nil
}

// later is a clock on which six seconds pass between two looks at it, so that no
// refresh comes too soon after a read.
type later struct {
	clock.Wall
	now time.Time
}

func (c *later) Now() time.Time {
	c.now = c.now.Add(6 * time.Second)
	return c.now
}

// held is what the server holds.
type held interface {
	Addr() string
	ZScore(key, member string) (float64, error)
	ZMembers(key string) ([]string, error)
	PfCount(keys ...string) (int, error)
}

// newRedis gives a client and its server, whose token is "right" and whose authority
// AWS_CA_BUNDLE names. The secret is read as each of the given tokens in turn.
func newRedis(t *testing.T, read ...string) (*analyticsprocessor.Redis, held) {
	t.Helper()
	server, trust := newServer(t)
	return client(t, server.Addr(), trust, io.Discard, read...), server
}

func newServer(t *testing.T) (held, *tls.Config) {
	t.Helper()
	issuer, err := authority.Open(t.TempDir(), clock.Wall{})
	if err != nil {
		t.Fatal(err)
	}
	server := oracle.Redis(t, issuer.TLS("127.0.0.1"), "right")
	t.Setenv("AWS_CA_BUNDLE", issuer.CAFile())
	trust, err := analyticsprocessor.Trust()
	if err != nil {
		t.Fatal(err)
	}
	return server, trust
}

func client(t *testing.T, address string, trust *tls.Config, log io.Writer, read ...string) *analyticsprocessor.Redis {
	t.Helper()
	token := secret.New((*tokens)(&read), "database", &later{now: noon})
	redis := analyticsprocessor.NewRedis(address, trust, token, clock.Wall{}, slog.New(slog.NewJSONHandler(log, nil)))
	t.Cleanup(func() { redis.Close() })
	return redis
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestCopiesOfADayNeverShrink(t *testing.T) {
	redis, server := newRedis(t, "right")
	for _, n := range []int{2, 3, 1} {
		day := store.Daily{Date: "2026-11-22", ToolID: "t-1", Total: n, ByType: map[string]int{"view": n}}
		if err := redis.Copy(t.Context(), []store.Daily{day}); err != nil {
			t.Fatal(err)
		}
	}
	for key, member := range map[string]string{"day:2026-11-22:tools": "t-1", "tool:t-1:day:2026-11-22": "type:view"} {
		if got, err := server.ZScore(key, member); err != nil || got != 3 {
			t.Errorf("%s %s: %v, %v", key, member, got, err)
		}
	}
}

func TestVisitorsAndTheLastHourAreSeenOnce(t *testing.T) {
	redis, server := newRedis(t, "right")
	now := time.Now().UTC()
	seen := []store.Interaction{
		{ID: "new", ToolID: "t-1", VisitorID: "v-1", OccurredAt: now},
		{ID: "old", ToolID: "t-1", VisitorID: "v-1", OccurredAt: now.Add(-2 * time.Hour)},
		{ID: "nameless", ToolID: "t-1", OccurredAt: now.Add(-time.Minute)},
	}
	for range 2 {
		if err := redis.See(t.Context(), seen); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := server.ZMembers("tool:t-1:latest"); err != nil || fmt.Sprint(got) != "[nameless new]" {
		t.Errorf("latest %v, %v", got, err)
	}
	if got, err := server.PfCount("tool:t-1:visitors:" + now.Format(time.DateOnly)); err != nil || got != 1 {
		t.Errorf("visitors %v, %v", got, err)
	}
}

func TestATokenThatWasRotatedIsReadAgain(t *testing.T) {
	redis, server := newRedis(t, "rotated away", "right")
	if err := redis.Copy(t.Context(), aDay); err != nil {
		t.Fatal(err)
	}
	if got, err := server.ZScore("day:2026-11-22:tools", "t-1"); err != nil || got != 1 {
		t.Errorf("copied %v, %v", got, err)
	}
}

func TestTheLogNamesTheVersionInUseAndNeverTheToken(t *testing.T) {
	server, trust := newServer(t)
	var log bytes.Buffer
	if err := client(t, server.Addr(), trust, &log, "right").Copy(t.Context(), aDay); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"secretVersion":"v"`) || strings.Contains(log.String(), "right") {
		t.Errorf("logged %s", log.String())
	}
}

func TestAWrongTokenAnUntrustedServerAndAnAbsentOneFailSoon(t *testing.T) {
	server, trust := newServer(t)
	for name, redis := range map[string]*analyticsprocessor.Redis{
		"wrong token": client(t, server.Addr(), trust, io.Discard, "wrong"),
		"untrusted":   client(t, server.Addr(), &tls.Config{MinVersion: tls.VersionTLS12}, io.Discard, "right"),
		"absent":      client(t, "127.0.0.1:1", trust, io.Discard, "right"),
	} {
		start := time.Now()
		err := redis.Copy(t.Context(), aDay)
		if err == nil || time.Since(start) > 3*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(start))
		}
		if err != nil && (strings.Contains(err.Error(), "wrong") || strings.Contains(err.Error(), "right")) {
			t.Errorf("%s: the error quotes the token: %v", name, err)
		}
	}
}

var aDay = []store.Daily{{Date: "2026-11-22", ToolID: "t-1", Total: 1}}
