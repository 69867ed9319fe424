package websockethandler

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/says"
	"github.com/keyvex/keyvex/lambdas/store"
	"github.com/keyvex/keyvex/lambdas/websockethandler/clerk"
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
	lambda.Start(Handler{
		Log: log, Clock: clock.Wall{}, Verify: verify(log),
		Table:     store.New(dynamodb.NewFromConfig(cfg), os.Getenv(platform.FunctionTable)),
		Metrics:   emf.New(os.Stdout, os.Getenv(platform.FunctionEnvironment)),
		Tier:      platform.Tier(os.Getenv(platform.FunctionTier)),
		DebugUser: os.Getenv(platform.FunctionDebugUser),
	}.Handle)
}

// verify is how this environment's tokens are verified, nil where no issuer is
// configured or its keys cannot be fetched safely.
func verify(log *slog.Logger) Verify {
	settings := clerk.Settings{
		Issuer: os.Getenv(platform.FunctionClerkIssuer), JWKS: os.Getenv(platform.FunctionClerkJWKS),
		Audience: os.Getenv(platform.FunctionClerkAudience),
		Origins:  strings.FieldsFunc(os.Getenv(platform.FunctionCORSOrigins), func(r rune) bool { return r == ',' || r == ' ' }),
	}
	if settings.Issuer == "" {
		return nil
	}
	verifier, err := clerk.New(settings, &http.Client{}, clock.Wall{})
	if err != nil {
		log.Error("no token can be verified", "error", err)
		return nil
	}
	return verifier.Verify
}
