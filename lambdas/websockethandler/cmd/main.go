// Command cmd is the WebSocket handler's bootstrap.
package main

import (
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/keyvex/keyvex/lambdas/websockethandler"
)

func main() {
	handler := websockethandler.Handler{Log: slog.New(slog.NewJSONHandler(os.Stdout, nil))}
	lambda.Start(handler.Handle)
}
