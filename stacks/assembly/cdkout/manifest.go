package cdkout

import (
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

// The types below are the cloud assembly's schema, as far as it is used.
type (
	manifest struct {
		Version   string              `json:"version"`
		Artifacts map[string]artifact `json:"artifacts"`
	}
	artifact struct {
		Type         string   `json:"type"`
		Environment  string   `json:"environment,omitempty"`
		DisplayName  string   `json:"displayName,omitempty"`
		Dependencies []string `json:"dependencies,omitempty"`
		Properties   any      `json:"properties"`
	}
	stackProperties struct {
		TemplateFile          string            `json:"templateFile"`
		StackName             string            `json:"stackName"`
		Tags                  map[string]string `json:"tags"`
		TerminationProtection bool              `json:"terminationProtection"`
		ValidateOnSynth       bool              `json:"validateOnSynth"`
	}
	assetsProperties struct {
		File string `json:"file"`
	}

	assetManifest struct {
		Version      string               `json:"version"`
		Files        map[string]assetSpec `json:"files"`
		DockerImages map[string]any       `json:"dockerImages"`
	}
	assetSpec struct {
		DisplayName  string                 `json:"displayName"`
		Source       assetSource            `json:"source"`
		Destinations map[string]destination `json:"destinations"`
	}
	assetSource struct {
		Path      string `json:"path"`
		Packaging string `json:"packaging"`
	}
	destination struct {
		BucketName string `json:"bucketName"`
		ObjectKey  string `json:"objectKey"`
		Region     string `json:"region"`
	}
)

// target is where the assembly is meant for.
type target struct {
	account, region string
	env             platform.Environment
}

// manifest has an artifact per stack under its real name: cdk takes the artifact's
// name for the stack's on its command line.
func (t target) manifest(templates []assembly.Template) manifest {
	m := manifest{Version: schemaVersion, Artifacts: map[string]artifact{
		assetsArtifact(t.env): {Type: "cdk:asset-manifest", Properties: assetsProperties{File: assetsFile(t.env)}},
	}}
	for _, template := range templates {
		m.Artifacts[template.Name] = artifact{
			Type:         "aws:cloudformation:stack",
			Environment:  "aws://" + t.account + "/" + t.region,
			DisplayName:  template.Name,
			Dependencies: t.dependencies(template.Stack),
			Properties: stackProperties{
				TemplateFile: templateFile(template),
				StackName:    template.Name,
				// The tags that keyvex sets: other ones would be applied to every resource.
				Tags:                  t.env.StackTags(),
				TerminationProtection: t.env.Spec().TerminationProtection,
			},
		}
	}
	return m
}

func (t target) dependencies(stack platform.Stack) []string {
	var names []string
	for _, owner := range stack.DependsOn() {
		names = append(names, t.env.StackName(owner))
	}
	if stack == platform.Compute {
		names = append(names, assetsArtifact(t.env))
	}
	return names
}

func (t target) assets(assets []Asset) assetManifest {
	m := assetManifest{Version: schemaVersion, Files: map[string]assetSpec{}, DockerImages: map[string]any{}}
	for _, asset := range assets {
		m.Files[asset.Hash] = assetSpec{
			DisplayName: string(asset.Function),
			Source:      assetSource{Path: assetFile(asset), Packaging: "file"},
			Destinations: map[string]destination{"assets": {
				BucketName: platform.AssetsBucketName(t.account, t.region),
				ObjectKey:  asset.Key(),
				Region:     t.region,
			}},
		}
	}
	return m
}
