// Package assembly carries the six stacks' CloudFormation templates, synthesized
// ahead of time by stacks/cmd/synth, so that deploying needs neither Node nor CDK.
//
// The files are synthesized for placeholders; Instantiate puts a real environment
// and the real bundles in their place. That this gives exactly what synthesizing
// for that environment would give is proven in package stacks.
package assembly

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
)

//go:embed development production paths.json
var files embed.FS

// Template is one stack's template for one environment.
type Template struct {
	Stack platform.Stack
	// Name is the CloudFormation stack's name, "Keyvex-{env}-Security".
	Name string
	// Body is JSON, one resource a line.
	Body []byte
	// Hash is the value of the TemplateHash output. It does not depend on the build.
	Hash string
}

// Instantiate gives the templates of an environment, in the order of
// platform.Stacks, with the bundles' hashes and the build filled in. It is an error
// when a function has no bundle.
func Instantiate(env platform.Environment, bundles []platform.Bundle, build string) ([]Template, error) {
	replacer, err := placeholders(env, bundles)
	if err != nil {
		return nil, err
	}
	templates := make([]Template, 0, len(platform.Stacks))
	for _, stack := range platform.Stacks {
		raw, err := files.ReadFile(string(env.Tier) + "/" + string(stack) + ".json")
		if err != nil {
			return nil, fmt.Errorf("template of %s: %w", stack, err)
		}
		body, hash := stamp(replacer.Replace(string(raw)), build)
		templates = append(templates, Template{Stack: stack, Name: env.StackName(stack), Body: body, Hash: hash})
	}
	return templates, nil
}

// placeholders replaces the environment's name and each bundle's hash.
func placeholders(env platform.Environment, bundles []platform.Bundle) (*strings.Replacer, error) {
	pairs := []string{platform.PlaceholderEnvironment, env.Name}
	hashes := map[platform.Function]string{}
	for _, bundle := range bundles {
		hashes[bundle.Function] = bundle.Hash
	}
	for _, f := range platform.Functions {
		if hashes[f] == "" {
			return nil, fmt.Errorf("no bundle of %s", f)
		}
		pairs = append(pairs, platform.PlaceholderBundleHash(f), hashes[f])
	}
	return strings.NewReplacer(pairs...), nil
}

// stamp computes the template's hash and fills in the TemplateHash and Build
// outputs.
func stamp(text, build string) (body []byte, hash string) {
	fill := func(hash, build string) string {
		return strings.NewReplacer(platform.PlaceholderTemplateHash, hash, platform.PlaceholderBuild, build).Replace(text)
	}
	sum := sha256.Sum256([]byte(fill("", "")))
	hash = hex.EncodeToString(sum[:])
	quoted, _ := json.Marshal(build) // a string always encodes
	return []byte(fill(hash, string(quoted[1:len(quoted)-1]))), hash
}
