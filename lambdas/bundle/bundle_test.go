package bundle_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/unraced"
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
	unraced.Only(t)
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

// TestAnArchiveGivesEachFunctionTheZipOfItsProgram packs programs that share much, and
// unpacks them in any order.
func TestAnArchiveGivesEachFunctionTheZipOfItsProgram(t *testing.T) {
	unraced.Only(t)
	shared := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(shared)
	programs := map[platform.Function][]byte{}
	for _, f := range platform.Functions {
		programs[f] = append([]byte(f), shared...)
	}
	archive, manifest, err := bundle.Solid(programs)
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := bundle.Solid(programs); err != nil || !bytes.Equal(archive, again) {
		t.Errorf("the same programs give another archive (%v)", err)
	}
	if len(archive) > len(shared)*3/2 {
		t.Errorf("%d bytes: what is shared is there more than once", len(archive))
	}
	zips, err := bundle.ZipsOf(manifest, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive)), nil })
	if err != nil || len(zips) != len(platform.Functions) {
		t.Fatalf("%d zips, %v", len(zips), err)
	}
	for _, z := range slices.Backward(zips) {
		want, err := bundle.Pack(programs[z.Function])
		if err != nil {
			t.Fatal(err)
		}
		got, err := z.Content()
		if err != nil || !bytes.Equal(got, want) || z.Hash != bundle.Hash(want) || z.Size != int64(len(want)) {
			t.Errorf("%s: %d bytes, %v, want %d", z.Function, len(got), err, len(want))
		}
	}
	foreign := bytes.Replace(manifest, []byte(zips[0].Hash), []byte(zips[1].Hash), 1)
	zips, err = bundle.ZipsOf(foreign, func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(archive)), nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zips[0].Content(); err == nil || !strings.Contains(err.Error(), "make bundle") {
		t.Errorf("a zip with another hash than the manifest's: %v", err)
	}
}

func TestNoZipIsMadeBeforeItIsAskedFor(t *testing.T) {
	_, manifest, err := bundle.Solid(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.ZipsOf(manifest, func() (io.ReadCloser, error) { panic("opened") }); err != nil {
		t.Error(err)
	}
}
