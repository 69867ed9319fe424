// Command cmd is the analytics processor's bootstrap.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/keyvex/keyvex/lambdas/analyticsprocessor"
)

func main() {
	lambda.Start(analyticsprocessor.New(slog.New(slog.NewJSONHandler(os.Stdout, nil)), nil).Handle)
}
