// Command cmd is the AI processor's bootstrap.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/keyvex/keyvex/lambdas/aiprocessor"
)

func main() {
	lambda.Start(aiprocessor.New(slog.New(slog.NewJSONHandler(os.Stdout, nil)), nil).Handle)
}
