package emailprocessor

import (
	"context"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/batch"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/says"
	"github.com/keyvex/keyvex/lambdas/secret"
	"github.com/keyvex/keyvex/lambdas/store"
)

// baseURL is the environment variable with the provider's address, where it is not
// SendGrid's own.
const baseURL = "SENDGRID_BASE_URL"

// Start serves the function's events, with what its environment names.
func Start() {
	log := says.New(os.Stdout, os.Getenv(platform.FunctionBuild))
	aws, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Error("cannot load the AWS configuration", "error", err)
		os.Exit(1)
	}
	wall := clock.Wall{}
	lambda.Start(New(Processor{
		Log:     log,
		Table:   store.New(dynamodb.NewFromConfig(aws), os.Getenv(platform.FunctionTable)),
		Sender:  SendGrid{Host: os.Getenv(baseURL), HTTP: &http.Client{}, Now: wall.Now},
		Secret:  secret.New(secretsmanager.NewFromConfig(aws), os.Getenv(platform.FunctionSecret), wall),
		Metrics: emf.New(os.Stdout, os.Getenv(platform.FunctionEnvironment)),
		Clock:   wall,
		Queue:   batch.Queue{Client: sqs.NewFromConfig(aws), URL: os.Getenv(platform.FunctionQueueURL)},
		From:    os.Getenv(platform.FunctionMailFrom),
	}).Handle)
}
