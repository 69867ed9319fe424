package aiprocessor

import (
	"context"
	"log/slog"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/says"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/socket"
	"github.com/keyvex/keyvex/lambdas/store"
)

// The variables that move the providers, under their SDKs' names.
const (
	openAIBase    = "OPENAI_BASE_URL"
	anthropicBase = "ANTHROPIC_BASE_URL"
)

// Start serves the function's events with what its environment names. It does not
// return.
func Start() {
	log := says.New(os.Stdout, os.Getenv(platform.FunctionBuild))
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Error("no configuration", "error", err)
		os.Exit(1)
	}
	lambda.Start(New(fromEnvironment(log, cfg)).Handle)
}

func fromEnvironment(log *slog.Logger, cfg aws.Config) Processor {
	wall := clock.Wall{}
	table := store.New(dynamodb.NewFromConfig(cfg), os.Getenv(platform.FunctionTable))
	return Processor{
		Log: log, Table: table, Clock: wall,
		Secrets: secret.New(secretsmanager.NewFromConfig(cfg), os.Getenv(platform.FunctionSecret), wall),
		Sender: &socket.Sender{
			Parameters: ssm.NewFromConfig(cfg), Connections: table, Clock: wall,
			Parameter: os.Getenv(platform.FunctionParameterPath) + "/" + string(platform.WebSocketEndpoint),
			Connect: func(endpoint string) socket.Poster {
				return apigatewaymanagementapi.NewFromConfig(cfg, func(o *apigatewaymanagementapi.Options) { o.BaseEndpoint = &endpoint })
			},
		},
		Providers: provider.New(&http.Client{}, os.Getenv(openAIBase), os.Getenv(anthropicBase)),
		Metrics:   emf.New(os.Stdout, os.Getenv(platform.FunctionEnvironment)),
		Queue:     batch.Queue{Client: sqs.NewFromConfig(cfg), URL: os.Getenv(platform.FunctionQueueURL)},
	}
}
