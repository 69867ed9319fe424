package cdkout

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

const (
	account = "123456789012"
	region  = "eu-central-1"
)

func written(t *testing.T, env platform.Environment) (dir string, templates []assembly.Template, assets []Asset) {
	t.Helper()
	var bundles []platform.Bundle
	for _, f := range platform.Functions {
		content := []byte("zip of " + f)
		sum := sha256.Sum256(content)
		bundle := platform.Bundle{Function: f, Hash: hex.EncodeToString(sum[:])}
		bundles = append(bundles, bundle)
		assets = append(assets, Asset{Bundle: bundle, Content: content})
	}
	templates, err := assembly.Instantiate(env, bundles, "v1")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(t.TempDir(), "cdk.out")
	if err := Write(dir, env, templates, assets, account, region); err != nil {
		t.Fatal(err)
	}
	return dir, templates, assets
}

func read(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

var production = platform.Environment{Name: "production", Tier: platform.Production}

func TestStacksGoByTheirRealNames(t *testing.T) {
	dir, templates, _ := written(t, production)
	var m struct {
		Artifacts map[string]struct {
			Type, Environment string
			Dependencies      []string
			Properties        stackProperties
		}
	}
	read(t, filepath.Join(dir, "manifest.json"), &m)
	for _, template := range templates {
		artifact := m.Artifacts[template.Name]
		if artifact.Type != "aws:cloudformation:stack" || artifact.Properties.StackName != template.Name {
			t.Errorf("%s: artifact %+v", template.Name, artifact)
		}
		if artifact.Environment != "aws://123456789012/eu-central-1" || !artifact.Properties.TerminationProtection {
			t.Errorf("%s: artifact %+v", template.Name, artifact)
		}
		if !maps.Equal(artifact.Properties.Tags, production.StackTags()) {
			t.Errorf("%s: tags %v", template.Name, artifact.Properties.Tags)
		}
		body, err := os.ReadFile(filepath.Join(dir, artifact.Properties.TemplateFile))
		if err != nil || !bytes.Equal(body, template.Body) {
			t.Errorf("%s: its template file differs: %v", template.Name, err)
		}
	}
	want := []string{"Keyvex-production-Security", "Keyvex-production-Database", "Keyvex-production-Compute.assets"}
	if got := m.Artifacts["Keyvex-production-Compute"].Dependencies; !slices.Equal(got, want) {
		t.Errorf("Compute depends on %v", got)
	}
	for name, artifact := range m.Artifacts {
		for _, dependency := range artifact.Dependencies {
			if _, ok := m.Artifacts[dependency]; !ok {
				t.Errorf("%s depends on %s, which is not there", name, dependency)
			}
		}
	}
}

func TestNothingAsksForABootstrap(t *testing.T) {
	dir, _, _ := written(t, production)
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sign := range []string{"ootstrap", "assumeRole", "cdk-hnb659fds"} {
		if strings.Contains(string(text), sign) {
			t.Errorf("the manifest holds %q", sign)
		}
	}
}

// The template's S3Key and the manifest's objectKey must be one.
func TestZipsGoWhereTheTemplateLooks(t *testing.T) {
	dir, templates, assets := written(t, production)
	var m assetManifest
	read(t, filepath.Join(dir, "Keyvex-production-Compute.assets.json"), &m)
	if len(m.Files) != len(assets) {
		t.Errorf("%d files, want %d", len(m.Files), len(assets))
	}
	compute := string(templates[3].Body)
	for hash, file := range m.Files {
		content, err := os.ReadFile(filepath.Join(dir, file.Source.Path))
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != hash {
			t.Errorf("%s is not of hash %s", file.Source.Path, hash)
		}
		for _, to := range file.Destinations {
			if to.BucketName != "keyvex-assets-123456789012-eu-central-1" {
				t.Errorf("%s goes to bucket %s", hash, to.BucketName)
			}
			if !strings.Contains(compute, `"S3Key":"`+to.ObjectKey+`"`) {
				t.Errorf("no function takes its code from %s", to.ObjectKey)
			}
		}
	}
}

func TestTheCDKCommandLineListsTheStacks(t *testing.T) {
	cdk, err := exec.LookPath("cdk")
	if err != nil {
		t.Skip("NOT CHECKED: the cdk command line (npm package aws-cdk) is not on this machine")
	}
	dir, templates, _ := written(t, production)
	command := exec.Command(cdk, "ls", "--app", dir)
	command.Env = append(os.Environ(), "CDK_DISABLE_VERSION_CHECK=1", "CI=1")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("cdk ls: %v", err)
	}
	got := strings.Fields(string(out))
	for _, template := range templates {
		if !slices.Contains(got, template.Name) {
			t.Errorf("cdk ls does not list %s: %v", template.Name, got)
		}
	}
}
