package assembly_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

func TestCfnLintFindsNothingButAdvice(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("NOT CHECKED: cfn-lint is not on this machine")
	}
	// What a region does not have is an error in that region only.
	arguments := []string{"--non-zero-exit-code", "warning", "--format", "parseable", "--regions", "us-east-1", "eu-central-1", "--"}
	dir := t.TempDir()
	for _, tier := range platform.Tiers {
		for stack, template := range estateOf(t, strings.Repeat("x", platform.MaxEnvironmentLength), tier).templates {
			file := filepath.Join(dir, string(tier)+"-"+string(stack)+".json")
			if err := os.WriteFile(file, template.body, 0o600); err != nil {
				t.Fatal(err)
			}
			arguments = append(arguments, file)
		}
	}
	if out, err := exec.Command(lint, arguments...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
