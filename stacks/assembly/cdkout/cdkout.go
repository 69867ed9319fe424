// Package cdkout writes a cloud assembly, the folder that the cdk command line
// calls cdk.out, from instantiated templates. "cdk --app DIR" then lists, diffs
// and deploys the stacks by their real names, without a CDK bootstrap: the
// assembly names no bootstrap roles, and its assets go to Keyvex's own bucket.
package cdkout

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// schemaVersion is the version of the cloud assembly's schema that is written
// here, the one of the CDK release in go.mod. Newer command lines read older ones.
const schemaVersion = "48.0.0"

// Asset is a function's zip, to be uploaded when the stacks are deployed.
type Asset struct {
	platform.Bundle
	Content []byte
}

// Write fills dir, which it creates, with the cloud assembly of an environment in
// one account and region. Files of an earlier assembly are replaced.
func Write(dir string, env platform.Environment, templates []assembly.Template, assets []Asset, account, region string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	target := target{account: account, region: region, env: env}
	for _, template := range templates {
		if err := os.WriteFile(filepath.Join(dir, templateFile(template)), template.Body, 0o644); err != nil {
			return err
		}
	}
	for _, asset := range assets {
		if err := os.WriteFile(filepath.Join(dir, assetFile(asset)), asset.Content, 0o644); err != nil {
			return err
		}
	}
	for name, document := range map[string]any{
		"manifest.json": target.manifest(templates),
		assetsFile(env): target.assets(assets),
		"cdk.out":       map[string]string{"version": schemaVersion},
	} {
		if err := writeJSON(filepath.Join(dir, name), document); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(path string, document any) error {
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func templateFile(t assembly.Template) string { return t.Name + ".template.json" }

func assetFile(a Asset) string { return "asset." + a.Hash + ".zip" }

// assetsArtifact is the assembly's name for the asset manifest, which belongs to
// the one stack that has assets.
func assetsArtifact(env platform.Environment) string {
	return env.StackName(platform.Compute) + ".assets"
}

func assetsFile(env platform.Environment) string { return assetsArtifact(env) + ".json" }
