package sandbox

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/keyvex/keyvex/internal/platform"
)

// TestAFullDiskStopsADeploymentAndAFreedOneGoesOn needs a disk of its own, which
// only root may mount.
func TestAFullDiskStopsADeploymentAndAFreedOneGoesOn(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size=8m"); err != nil {
		t.Skip("a small disk cannot be mounted here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	o := Options{Folder: folder}
	e := newEstate(t, o, platform.Development)
	e.bootstrap()
	e.apply(e.templates()[0])
	e.plan(e.templates()[1])
	filler := filepath.Join(folder, "filler")
	fillBut(t, filler, 64<<10)
	database := e.env.StackName(platform.Database)
	if _, err := e.CloudFormation.ExecuteChangeSet(t.Context(), &cfn.ExecuteChangeSetInput{StackName: &database, ChangeSetName: e.changeSet()}); err != nil {
		t.Fatal(err)
	}
	if st := e.quiet(database); e.host.State.Err() == nil {
		t.Fatalf("the disk is not full, and the stack is %s", st.StackStatus)
	}
	client := ssm.NewFromConfig(e.SDKConfig(), func(o *ssm.Options) { o.RetryMaxAttempts = 1 })
	_, err := client.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/p"), Value: aws.String("v"), Type: "String"})
	if err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Errorf("a full disk answers %v", err)
	}
	if err := e.Close(); err == nil {
		t.Error("closing hides that something was lost")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	e = newEstate(t, o, platform.Development)
	e.changes = 100
	if n := e.Notices(); len(n) > 0 {
		t.Errorf("the journal had to be mended: %v", n)
	}
	for _, template := range e.templates() {
		e.quiet(template.Name)
	}
	e.deploy()
	undisturbed := newEstate(t, Options{}, platform.Development)
	undisturbed.bootstrap()
	undisturbed.deploy()
	if d := differing(undisturbed.portrait(), e.portrait()); len(d) > 0 {
		t.Error(strings.Join(d, "\n"))
	}
	e.leave()
}

// fillBut fills the disk with a file until so many bytes are left.
func fillBut(t *testing.T, path string, left int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(f, io.LimitReader(rand.Reader, 64<<20))
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("%d bytes fit, %v", n, err)
	}
	if err := errors.Join(f.Truncate(n-left), f.Close()); err != nil {
		t.Fatal(err)
	}
}
