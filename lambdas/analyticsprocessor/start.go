package analyticsprocessor

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/redis/go-redis/v9"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/says"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Start serves the function's events, with what its environment names.
func Start() {
	log := says.New(os.Stdout, os.Getenv(platform.FunctionBuild))
	redis.SetLogger(quiet{})
	processor, err := fromEnvironment(context.Background(), log)
	if err != nil {
		log.Error("cannot start", "error", err)
		os.Exit(1)
	}
	lambda.Start(New(processor).Handle)
}

// quiet keeps the Redis client's lines, which are not JSON, out of the log: what it
// has to say comes back as errors.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

func fromEnvironment(ctx context.Context, log *slog.Logger) (Processor, error) {
	aws, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return Processor{}, fmt.Errorf("load the AWS configuration: %w", err)
	}
	trust, err := Trust()
	if err != nil {
		return Processor{}, err
	}
	address := net.JoinHostPort(os.Getenv(platform.FunctionRedisEndpoint), os.Getenv(platform.FunctionRedisPort))
	token := secret.New(secretsmanager.NewFromConfig(aws), os.Getenv(platform.FunctionSecret), clock.Wall{})
	return Processor{
		Log:      log,
		Table:    store.New(dynamodb.NewFromConfig(aws), os.Getenv(platform.FunctionTable)),
		Counters: NewRedis(address, trust, token, clock.Wall{}, log),
		Metrics:  emf.New(os.Stdout, os.Getenv(platform.FunctionEnvironment)),
		Clock:    clock.Wall{},
	}, nil
}
