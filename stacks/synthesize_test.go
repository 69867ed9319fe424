package stacks

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/stacks/assembly"
)

func TestMain(m *testing.M) {
	code := m.Run()
	// One Node process served all tests.
	jsii.Close()
	os.Exit(code)
}

// needsNode skips a test on a machine where CDK cannot run.
func needsNode(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("NOT CHECKED: the CDK app needs node, which is not on this machine")
	}
}

func synthesized(t *testing.T, env platform.Environment) Synthesis {
	t.Helper()
	needsNode(t)
	synthesis, err := Synthesize(env)
	if err != nil {
		t.Fatal(err)
	}
	return synthesis
}

func TestCommittedTemplatesAreWhatTheAppSynthesizes(t *testing.T) {
	paths := map[platform.Stack]map[string]string{}
	for _, tier := range platform.Tiers {
		synthesis := synthesized(t, platform.Environment{Name: platform.PlaceholderEnvironment, Tier: tier})
		for stack, body := range synthesis.Templates {
			file := filepath.Join("assembly", string(tier), string(stack)+".json")
			committed, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(committed, body) {
				t.Errorf("%s is stale: run make synth%s", file, firstDifference(committed, body))
			}
			for id, path := range synthesis.Paths[stack] {
				if paths[stack] == nil {
					paths[stack] = map[string]string{}
				}
				paths[stack][id] = path
			}
		}
	}
	for stack, of := range paths {
		for id, path := range of {
			if got := assembly.Path(stack, id); got != path {
				t.Errorf("assembly/paths.json is stale: run make synth: %s %s is %s, not %s", stack, id, got, path)
			}
		}
	}
}

// The names are the shortest, an ordinary one, one like the tier, and the longest.
func TestInstantiatingEqualsSynthesizing(t *testing.T) {
	for _, name := range []string{"a", "dev-eu", "production", "q0-23456789abcde"} {
		for _, tier := range platform.Tiers {
			t.Run(fmt.Sprint(name, "/", tier), func(t *testing.T) {
				env := platform.Environment{Name: name, Tier: tier}
				templates, err := assembly.Instantiate(env, realBundles(), "v1.2.3")
				if err != nil {
					t.Fatal(err)
				}
				synthesis := synthesized(t, env)
				for _, template := range templates {
					want := withRealValues(synthesis.Templates[template.Stack])
					if !bytes.Equal(template.Body, want) {
						t.Errorf("%s differs%s", template.Stack, firstDifference(want, template.Body))
					}
				}
			})
		}
	}
}

func realBundles() []platform.Bundle {
	var bundles []platform.Bundle
	for _, f := range platform.Functions {
		sum := sha256.Sum256([]byte(f))
		bundles = append(bundles, platform.Bundle{Function: f, Hash: hex.EncodeToString(sum[:])})
	}
	return bundles
}

// withRealValues gives a fresh synthesis what no synthesis knows: the bundles'
// hashes, and the two outputs, computed here from the outputs' own definition.
func withRealValues(body []byte) []byte {
	text := string(body)
	for _, bundle := range realBundles() {
		text = strings.ReplaceAll(text, platform.PlaceholderBundleHash(bundle.Function), bundle.Hash)
	}
	output := func(hash, build string) string {
		filled := strings.Replace(text, `"Value":"`+platform.PlaceholderTemplateHash+`"`, `"Value":"`+hash+`"`, 1)
		return strings.Replace(filled, `"Value":"`+platform.PlaceholderBuild+`"`, `"Value":"`+build+`"`, 1)
	}
	sum := sha256.Sum256([]byte(output("", "")))
	return []byte(output(hex.EncodeToString(sum[:]), "v1.2.3"))
}

// firstDifference shows the first line that differs.
func firstDifference(want, got []byte) string {
	a, b := strings.Split(string(want), "\n"), strings.Split(string(got), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("\nwant %s\ngot  %s", a[i], b[i])
		}
	}
	return fmt.Sprintf(": %d lines instead of %d", len(b), len(a))
}

func TestCanonicalKeepsTheTemplate(t *testing.T) {
	raw := `{"Resources":{"B":{"Type":"X","Properties":{"N":1.50,"S":"<&>"},"Metadata":{"aws:cdk:path":"Stack/Group/B/Resource"}},"A":{"Type":"Y","Metadata":{"aws:cdk:path":"Stack/A"}}},"Description":"d"}`
	body, paths, err := canonical([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n\"Description\":\"d\",\n\"Resources\":{\n\"A\":{\"Type\":\"Y\"},\n\"B\":{\"Properties\":{\"N\":1.50,\"S\":\"<&>\"},\"Type\":\"X\"}}}\n"
	if string(body) != want {
		t.Errorf("got  %q\nwant %q", body, want)
	}
	if len(paths) != 1 || paths["B"] != "Group/B" {
		t.Errorf("paths %v", paths)
	}
	if !json.Valid(body) {
		t.Error("no JSON")
	}
}
