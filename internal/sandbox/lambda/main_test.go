package lambda_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/testdata/rehearsal"
)

func TestMain(m *testing.M) {
	rehearsal.Run(platform.FunctionMarker)
	goleak.VerifyTestMain(m)
}
