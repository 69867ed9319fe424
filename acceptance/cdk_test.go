package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// cdkVersion is the peer deployer that the cloud assembly is held against.
const cdkVersion = "aws-cdk@2.1148.1"

// cdkCLI installs the peer once for this user, from npm.
func cdkCLI(t *testing.T) string {
	t.Helper()
	slow(t)
	npm := needs(t, "npm", "keyvex synth --out is not held against the cdk CLI")
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	prefix := filepath.Join(cache, "keyvex", "peers", cdkVersion)
	cdk := filepath.Join(prefix, "node_modules", ".bin", "cdk")
	if _, err := os.Stat(cdk); err == nil {
		return cdk
	}
	if out := newHome(t).exec(npm, "install", "--no-fund", "--no-audit", "--prefix", prefix, cdkVersion); out.code != 0 {
		t.Skipf("SKIPPED: npm cannot install %s: %s", cdkVersion, out.stderr)
	}
	return cdk
}

func TestTheCDKCLIListsDiffsAndDeploysWhatSynthWrites(t *testing.T) {
	cdk := cdkCLI(t)
	h := quick(t).with("CI=true")
	assembly := filepath.Join(h.dir, "cdk.out")
	h.must("bootstrap", "-e", "local", "--yes")
	h.must("synth", "-e", "local", "--out", assembly)
	run := func(args ...string) outcome {
		t.Helper()
		all := append([]string{"run", "-e", "local", "--", cdk, "--app", assembly, "--no-notices", "--no-color"}, args...)
		return h.must(all...)
	}
	listed := run("ls")
	for _, stack := range []string{"Security", "Database", "Storage", "Compute", "Api", "Monitoring"} {
		if !strings.Contains(listed.stdout, "Keyvex-local-"+stack) {
			t.Fatalf("cdk ls lacks %s:\n%s", stack, listed.stdout)
		}
	}
	diff := run("diff", "Keyvex-local-Storage")
	if !strings.Contains(diff.stdout+diff.stderr, "AWS::S3::Bucket") {
		t.Errorf("cdk diff shows no bucket:\n%s%s", diff.stdout, diff.stderr)
	}
	deployed := run("deploy", "--all", "--require-approval", "never", "--progress", "events")
	t.Logf("%s", deployed.stdout)
	after := h.must("status", "-e", "local", "--json")
	if strings.Count(after.stdout, "CREATE_COMPLETE") != 6 {
		t.Errorf("after cdk deploy: %s", after.stdout)
	}
}
