package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/lambdas/bundle"
)

func TestPackedZipsHoldOneExecutableBootstrapAndNoTime(t *testing.T) {
	first, err := bundle.Pack([]byte("program"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := bundle.Pack([]byte("program"))
	if err != nil || !bytes.Equal(first, second) {
		t.Fatalf("the same program packs to different bytes (%v)", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(first), int64(len(first)))
	if err != nil || len(archive.File) != 1 {
		t.Fatalf("%v", err)
	}
	file := archive.File[0]
	if file.Name != "bootstrap" || file.Mode().Perm() != 0o755 {
		t.Errorf("holds %s %v", file.Name, file.Mode())
	}
	reader, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(reader); err != nil || string(content) != "program" {
		t.Errorf("content %q, %v", content, err)
	}
}

func TestNativeZipsDifferByFunctionAndBuild(t *testing.T) {
	seen := map[string]bool{}
	for _, build := range []string{"a", "b"} {
		zips, err := bundle.Native(build)
		if err != nil || len(zips) != len(platform.Functions) {
			t.Fatalf("%d zips, %v", len(zips), err)
		}
		for i, z := range zips {
			content, err := z.Content()
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(content)
			if z.Function != platform.Functions[i] || z.Hash != hex.EncodeToString(sum[:]) {
				t.Errorf("%s: hash %s", z.Function, z.Hash)
			}
			seen[z.Hash] = true
		}
	}
	if len(seen) != 2*len(platform.Functions) {
		t.Errorf("%d different zips", len(seen))
	}
}

func TestBuiltZipsFitTheirManifestOrTheirAbsenceIsExplained(t *testing.T) {
	zips, err := bundle.Built()
	if !bundle.Available() {
		if !problem.Is(err, problem.Failed) || !strings.Contains(err.Error(), "without the Lambda bundles") {
			t.Fatalf("got %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range zips {
		content, err := z.Content()
		if err != nil || bundle.Hash(content) != z.Hash {
			t.Errorf("%s does not fit its manifest (%v)", z.Function, err)
		}
	}
}
