// Command cmd is the email processor's bootstrap.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/keyvex/keyvex/lambdas/emailprocessor"
)

func main() {
	lambda.Start(emailprocessor.New(slog.New(slog.NewJSONHandler(os.Stdout, nil)), nil).Handle)
}
