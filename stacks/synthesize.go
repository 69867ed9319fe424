package stacks

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/keyvex/keyvex/internal/platform"
)

// Synthesis is what a run of the app gives for one environment.
type Synthesis struct {
	// Templates are in canonical form: keys sorted, one resource a line.
	Templates map[platform.Stack][]byte
	// Paths are the construct paths of the logical ids, without the stack, where
	// they are not the ids themselves.
	Paths map[platform.Stack]map[string]string
}

// Synthesize runs the CDK app for an environment, in a Node process that later
// calls share and jsii.Close ends. Bundle hashes are the placeholders, and so are
// the values of the TemplateHash and Build outputs.
func Synthesize(env platform.Environment) (Synthesis, error) {
	if _, err := exec.LookPath("node"); err != nil {
		return Synthesis{}, fmt.Errorf("CDK needs Node 20 or later: %w", err)
	}
	dir, err := os.MkdirTemp("", "synthesis-")
	if err != nil {
		return Synthesis{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	NewApp(env, dir).Synth(nil)
	out := Synthesis{Templates: map[platform.Stack][]byte{}, Paths: map[platform.Stack]map[string]string{}}
	for _, name := range platform.Stacks {
		raw, err := os.ReadFile(filepath.Join(dir, string(name)+".template.json"))
		if err != nil {
			return Synthesis{}, err
		}
		out.Templates[name], out.Paths[name], err = canonical(raw)
		if err != nil {
			return Synthesis{}, fmt.Errorf("template of %s: %w", name, err)
		}
	}
	return out, nil
}
