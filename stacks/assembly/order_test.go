package assembly_test

import (
	"slices"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// A protected table cannot be deleted, not even by the rollback of the very
// deployment that made it: it comes after the part that takes long and may fail.
func TestAProtectedTableIsMadeLast(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		table := e.templates[platform.Database].Resources[e.id(t, platform.Database, "MainTable")]
		guarded := e.get(t, platform.Database, "MainTable", "DeletionProtectionEnabled") == true
		if after := slices.Contains(texts(table["DependsOn"]), "Redis"); after != guarded {
			t.Errorf("protected %v, after Redis %v", guarded, after)
		}
	})
}

// A function that runs before its log group is there makes one of its own, which
// keeps everything for ever and is in the stack's way.
func TestLogGroupsComeBeforeTheirFunctions(t *testing.T) {
	everyTier(t, func(t *testing.T, e estate) {
		for _, path := range e.typed(platform.Compute, "AWS::Lambda::Function") {
			e.want(t, platform.Compute, path, "LoggingConfig.LogGroup", "<Compute."+path+"Logs>")
			e.want(t, platform.Compute, path+"Logs", "LogGroupName", "/aws/lambda/"+e.get(t, platform.Compute, path, "FunctionName").(string))
			e.want(t, platform.Compute, path, "ReservedConcurrentExecutions", nil)
		}
	})
}
