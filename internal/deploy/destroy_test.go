package deploy

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

// ListObjectVersions lists at most two a page.
func (g *fakeGround) ListObjectVersions(_ context.Context, in *s3.ListObjectVersionsInput, _ ...func(*s3.Options)) (*s3.ListObjectVersionsOutput, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	out := &s3.ListObjectVersionsOutput{}
	for _, key := range union(g.objects, nil) {
		if name, ok := strings.CutPrefix(key, *in.Bucket+"/"); ok {
			if len(out.Versions) == 2 {
				out.IsTruncated = aws.Bool(true)
				break
			}
			out.Versions = append(out.Versions, types.ObjectVersion{Key: &name, VersionId: aws.String("v1")})
		}
	}
	return out, nil
}

// DeleteObjects is too busy for the last object of the first three requests.
func (g *fakeGround) DeleteObjects(_ context.Context, in *s3.DeleteObjectsInput, _ ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.deletions++
	out := &s3.DeleteObjectsOutput{}
	for i, o := range in.Delete.Objects {
		if g.deletions <= 3 && i == len(in.Delete.Objects)-1 {
			out.Errors = append(out.Errors, types.Error{Code: aws.String("SlowDown"), Key: o.Key, VersionId: o.VersionId})
			continue
		}
		delete(g.objects, *in.Bucket+"/"+*o.Key)
	}
	return out, nil
}

// A deletion cannot be undone: the stack that is being deleted goes, those that
// come after it stay.
func TestCancellingADestroyDeletesNothingFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		w.server.takes["Ai"] = time.Minute
		cancel := make(chan struct{})
		time.AfterFunc(30*time.Second, func() { close(cancel) })
		got := w.destroy(DestroyOptions{Cancel: cancel})
		if problem.KindOf(got.err) != problem.Interrupted || !strings.Contains(got.err.Error(), "nothing of it is running") {
			t.Error(got.err)
		}
		for s, want := range map[platform.Stack]State{
			platform.Monitoring: Gone, platform.API: Gone, platform.Compute: Gone,
			platform.Database: Skipped, platform.Security: Skipped,
		} {
			if got.state(s) != want {
				t.Errorf("%s is %s, want %s", s, got.state(s), want)
			}
		}
		if !strings.Contains(got.notices(), "Keyvex-dev-Compute is DELETE_IN_PROGRESS and goes on to its end") {
			t.Errorf("notices: %q", got.notices())
		}
		if w.status(platform.Compute) != "" || w.status(platform.Database) != "CREATE_COMPLETE" {
			t.Errorf("Compute %q, Database %q", w.status(platform.Compute), w.status(platform.Database))
		}
		w.must(w.destroy(DestroyOptions{}))
	})
}

func (w *testWorld) destroy(o DestroyOptions) outcome {
	return collectEvents(w.deployer(w.server).Destroy(w.t.Context(), w.env, o))
}

func TestDestroyGoesBackwardsAndLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		got := w.must(w.destroy(DestroyOptions{}))
		gone := map[platform.Stack]bool{}
		for _, e := range got.events {
			if e.Kind == StackEvent && e.Stack.State == Deleting {
				for _, dependent := range e.Stack.Stack.Dependents() {
					if !gone[dependent] {
						t.Errorf("%s went before %s", e.Stack.Stack, dependent)
					}
				}
			}
			gone[e.Stack.Stack] = gone[e.Stack.Stack] || e.Stack.State == Gone
		}
		for _, s := range platform.Stacks {
			if got.state(s) != Gone || w.status(s) != "" {
				t.Errorf("%s is %s, %s", s, got.state(s), w.status(s))
			}
		}
		if again := w.destroy(DestroyOptions{}); problem.KindOf(again.err) != problem.NotFound {
			t.Error(again.err)
		}
	})
}

func TestDestroySaysWhatCouldNotBeDeletedAndGoesOnLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		w.server.fails["delete Redis"] = "The subnet has dependencies."
		got := w.destroy(DestroyOptions{})
		want := "Keyvex-dev-Database: Redis (AWS::ElastiCache::ReplicationGroup) could not be deleted: The subnet has dependencies"
		if got.err == nil || got.err.Error() != want {
			t.Errorf("got %v, want %s", got.err, want)
		}
		if got.state(platform.Database) != Failed || got.state(platform.Security) != Skipped || got.state(platform.Monitoring) != Gone {
			t.Errorf("%+v", got.result.Stacks)
		}
		if blocked := w.deploy(t.Context(), w.release("1"), Options{}); problem.KindOf(blocked.err) != problem.Refused {
			t.Errorf("a deploy over it: %v", blocked.err)
		}
		delete(w.server.fails, "delete Redis")
		w.must(w.destroy(DestroyOptions{}))
	})
}

func TestDestroyRefusesBucketsThatHoldObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		for i := range 5 {
			w.ground.objects[fmt.Sprintf("uploads/%d", i)] = 1
		}
		before := w.server.state()
		got := w.destroy(DestroyOptions{})
		if problem.KindOf(got.err) != problem.Refused || !strings.Contains(got.err.Error(), "uploads (more than 2 object versions)") {
			t.Error(got.err)
		}
		if w.server.state() != before {
			t.Error("something was deleted")
		}
		emptied := w.must(w.destroy(DestroyOptions{EmptyBuckets: true}))
		if !strings.Contains(emptied.notices(), "uploads is empty now, 5 object versions deleted") || len(w.ground.objects) != 1 {
			t.Errorf("%s, left %v", emptied.notices(), w.ground.objects)
		}
	})
}

func TestDestroyRefusesWhatIsProtected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "production")
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		if got := w.destroy(DestroyOptions{}); problem.KindOf(got.err) != problem.Refused || !strings.Contains(got.err.Error(), "production tier") {
			t.Error(got.err)
		}
		w.env.Tier = platform.Development
		if got := w.destroy(DestroyOptions{}); problem.KindOf(got.err) != problem.Refused || !strings.Contains(got.err.Error(), "termination protection") {
			t.Error(got.err)
		}
		if w.server.count("DeleteStack") != 0 {
			t.Error("a stack was deleted")
		}
	})
}

func TestABucketThatCannotBeEmptiedIsNamed(t *testing.T) {
	_, err := retriable("uploads", []types.Error{
		{Code: aws.String("SlowDown"), Key: aws.String("a")},
		{Code: aws.String("AccessDenied"), Key: aws.String("b"), Message: aws.String("Access Denied.")},
	})
	if err == nil || err.Error() != "uploads: b could not be deleted: Access Denied" {
		t.Error(err)
	}
	var api smithy.APIError = &smithy.GenericAPIError{Code: "NoSuchBucket"}
	if !missing(api) {
		t.Error("a bucket that is gone holds something")
	}
}
