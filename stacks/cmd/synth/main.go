// Command synth runs the CDK app and writes the templates that keyvex embeds, for
// both tiers under a placeholder for the environment's name, and the map of
// construct paths beside them. It needs Node. Run it from the module's root:
//
//	go run ./stacks/cmd/synth
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks"
)

func main() {
	dir := flag.String("out", filepath.Join("stacks", "assembly"), "folder to write to")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	defer jsii.Close()
	paths := map[platform.Stack]map[string]string{}
	for _, tier := range platform.Tiers {
		synthesis, err := stacks.Synthesize(platform.Environment{Name: platform.PlaceholderEnvironment, Tier: tier})
		if err != nil {
			return err
		}
		if err := writeTemplates(filepath.Join(dir, string(tier)), synthesis); err != nil {
			return err
		}
		for stack, of := range synthesis.Paths {
			if paths[stack] == nil {
				paths[stack] = map[string]string{}
			}
			maps.Copy(paths[stack], of)
		}
	}
	text, err := json.MarshalIndent(paths, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "paths.json"), append(text, '\n'), 0o644)
}

func writeTemplates(dir string, synthesis stacks.Synthesis) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for stack, body := range synthesis.Templates {
		if err := os.WriteFile(filepath.Join(dir, string(stack)+".json"), body, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s %d bytes\n", filepath.Join(dir, string(stack)+".json"), len(body))
	}
	return nil
}
