package lambda_test

import (
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/lambda/testdata/rehearsal"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

func TestMain(m *testing.M) {
	rehearsal.Run(platform.FunctionMarker)
	oracle.Verify(m)
}
