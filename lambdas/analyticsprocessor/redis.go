package analyticsprocessor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// How long Redis keeps what: days as long as a monthly chart and its comparison
// with the month before look back, the latest interactions for an hour.
const (
	daysKept   = 62 * 24 * time.Hour
	latestKept = time.Hour
)

// Redis holds the counters:
//
//	day:{date}:tools             sorted set of the day's tools by interactions
//	tool:{toolId}:day:{date}     sorted set of types by interactions, and "total"
//	tool:{toolId}:visitors:{date} HyperLogLog of the day's visitors
//	tool:{toolId}:latest         sorted set of the last hour's interaction ids by time (ms)
//
// Each is written by commands that do the same when repeated, in any order. What
// Redis loses comes back with a tool's next interaction, from the table.
type Redis struct {
	client *redis.Client
	secret *secret.Cache
	clock  clock.Clock
}

// connectionsKept is how long a connection lives: as long as a token is kept, so that
// the log names the version in use at least that often.
const connectionsKept = time.Minute

// NewRedis makes the client of the cache at an address (host:port), which opens no
// connection yet. Each new connection authenticates with the token that the database
// secret has then, and logs the secret's version; it is replaced when a rotation ends
// it, and after a minute.
func NewRedis(address string, trust *tls.Config, token *secret.Cache, c clock.Clock, log *slog.Logger) *Redis {
	return &Redis{secret: token, clock: c, client: redis.NewClient(&redis.Options{
		Addr: address, TLSConfig: trust, DialTimeout: time.Second, ReadTimeout: time.Second, WriteTimeout: time.Second,
		MaxRetries: 1, DialerRetries: 1, PoolSize: 2, DisableIdentity: true, ConnMaxLifetime: connectionsKept,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		CredentialsProviderContext: func(ctx context.Context) (string, string, error) {
			value, err := token.Get(ctx)
			if err == nil {
				log.Info("connecting to Redis", "secretVersion", value.Version)
			}
			return "", value.Key(platform.RedisAuthTokenKey), err
		},
	})}
}

// Trust is how servers' certificates are judged: by the authorities in the file
// that AWS_CA_BUNDLE names, the system's when it names none.
func Trust() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	file := os.Getenv("AWS_CA_BUNDLE")
	if file == "" {
		return config, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read AWS_CA_BUNDLE: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("AWS_CA_BUNDLE holds no certificate")
	}
	return config, nil
}

// Close ends the connections.
func (r *Redis) Close() error { return r.client.Close() }

// Copy sets the counts of days. Counts only grow, so of two copies that cross on
// the way the larger is the later.
func (r *Redis) Copy(ctx context.Context, days []store.Daily) error {
	return r.do(ctx, func(pipe redis.Pipeliner) {
		for _, d := range days {
			grow(ctx, pipe, "day:"+d.Date+":tools", map[string]int{d.ToolID: d.Total})
			types := map[string]int{"total": d.Total}
			for name, n := range d.ByType {
				types["type:"+name] = n
			}
			grow(ctx, pipe, "tool:"+d.ToolID+":day:"+d.Date, types)
		}
	})
}

// grow raises the scores of a sorted set's members, and never lowers them.
func grow(ctx context.Context, pipe redis.Pipeliner, key string, scores map[string]int) {
	members := make([]redis.Z, 0, len(scores))
	for member, n := range scores {
		members = append(members, redis.Z{Member: member, Score: float64(n)})
	}
	pipe.ZAddGT(ctx, key, members...)
	pipe.Expire(ctx, key, daysKept)
}

// See notes visitors, and the interactions of the last hour.
func (r *Redis) See(ctx context.Context, interactions []store.Interaction) error {
	old := r.clock.Now().Add(-latestKept)
	return r.do(ctx, func(pipe redis.Pipeliner) {
		for _, i := range interactions {
			if i.VisitorID != "" {
				key := "tool:" + i.ToolID + ":visitors:" + i.OccurredAt.Format(time.DateOnly)
				pipe.PFAdd(ctx, key, i.VisitorID)
				pipe.Expire(ctx, key, daysKept)
			}
			if i.OccurredAt.After(old) {
				key := "tool:" + i.ToolID + ":latest"
				pipe.ZAdd(ctx, key, redis.Z{Member: i.ID, Score: float64(i.OccurredAt.UnixMilli())})
				pipe.ZRemRangeByScore(ctx, key, "-inf", fmt.Sprint(old.UnixMilli()))
				pipe.Expire(ctx, key, latestKept)
			}
		}
	})
}

// do sends the commands in one go, and once more after the token was refused: it
// may have been rotated since it was read.
func (r *Redis) do(ctx context.Context, commands func(redis.Pipeliner)) error {
	send := func() error {
		_, err := r.client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			commands(pipe)
			return nil
		})
		return err
	}
	err := send()
	if !refused(err) {
		return err
	}
	if _, err := r.secret.Refresh(ctx); err != nil {
		return err
	}
	return send()
}

// refused reports whether Redis refused the token: WRONGPASS since version 6,
// "invalid password" before, NOAUTH on a connection that is not authenticated.
func refused(err error) bool {
	return err != nil && (strings.Contains(err.Error(), "WRONGPASS") || strings.Contains(err.Error(), "NOAUTH") ||
		strings.Contains(err.Error(), "invalid password"))
}
