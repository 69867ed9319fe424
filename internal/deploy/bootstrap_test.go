package deploy

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/keyvex/keyvex/internal/problem"
)

func (g *fakeGround) CreateBucket(_ context.Context, in *s3.CreateBucketInput, _ ...func(*s3.Options)) (*s3.CreateBucketOutput, error) {
	g.bucket = true
	g.made = append(g.made, "bucket "+*in.Bucket+" in "+string(in.CreateBucketConfiguration.LocationConstraint))
	return &s3.CreateBucketOutput{}, nil
}

func (g *fakeGround) PutPublicAccessBlock(context.Context, *s3.PutPublicAccessBlockInput, ...func(*s3.Options)) (*s3.PutPublicAccessBlockOutput, error) {
	g.made = append(g.made, "public access block")
	return &s3.PutPublicAccessBlockOutput{}, nil
}

func (g *fakeGround) PutBucketPolicy(_ context.Context, in *s3.PutBucketPolicyInput, _ ...func(*s3.Options)) (*s3.PutBucketPolicyOutput, error) {
	g.made = append(g.made, "policy "+*in.Policy)
	return &s3.PutBucketPolicyOutput{}, nil
}

func (g *fakeGround) PutBucketEncryption(context.Context, *s3.PutBucketEncryptionInput, ...func(*s3.Options)) (*s3.PutBucketEncryptionOutput, error) {
	g.made = append(g.made, "encryption")
	return &s3.PutBucketEncryptionOutput{}, nil
}

// PutBucketLifecycleConfiguration is what this server lacks.
func (g *fakeGround) PutBucketLifecycleConfiguration(context.Context, *s3.PutBucketLifecycleConfigurationInput, ...func(*s3.Options)) (*s3.PutBucketLifecycleConfigurationOutput, error) {
	return nil, &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: g.lifecycle}}, Err: problem.New(problem.Failed, "no lifecycles here"),
	}}
}

func (g *fakeGround) CreateRole(_ context.Context, in *iam.CreateRoleInput, _ ...func(*iam.Options)) (*iam.CreateRoleOutput, error) {
	g.made = append(g.made, "role "+*in.RoleName)
	return &iam.CreateRoleOutput{Role: &iamtypes.Role{Arn: aws.String("arn:aws:iam::000000000000:role/" + *in.RoleName)}}, nil
}

func (g *fakeGround) AttachRolePolicy(context.Context, *iam.AttachRolePolicyInput, ...func(*iam.Options)) (*iam.AttachRolePolicyOutput, error) {
	return &iam.AttachRolePolicyOutput{}, nil
}

func TestBootstrapMakesAClosedBucketAndOneRole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.ground.bucket, w.ground.gateway, w.ground.lifecycle = false, "", http.StatusNotImplemented
		d := w.deployer(w.server)
		d.settings.Loopback = false
		got, err := d.Bootstrap(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		role := "arn:aws:iam::000000000000:role/keyvex-apigateway-logs-eu-west-1"
		if !got.Created || !got.GatewaySet || got.GatewayRole != role || w.ground.gateway != role {
			t.Errorf("%+v", got)
		}
		if len(got.Skipped) != 1 || got.Skipped[0] != "the bucket's lifecycle: no lifecycles here" && !strings.Contains(got.Skipped[0], "no lifecycles here") {
			t.Errorf("skipped %q", got.Skipped)
		}
		made := strings.Join(w.ground.made, "\n")
		for _, want := range []string{"bucket keyvex-assets-000000000000-eu-west-1 in eu-west-1", "public access block", `"aws:SecureTransport":"false"`, "encryption"} {
			if !strings.Contains(made, want) {
				t.Errorf("no %s in\n%s", want, made)
			}
		}
		again, err := d.Bootstrap(t.Context())
		if err != nil || again.Created || again.GatewaySet || again.GatewayRole != role {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

func TestBootstrapLeavesARoleOfOthersAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.ground.lifecycle = http.StatusNotImplemented
		got, err := w.deployer(w.server).Bootstrap(t.Context())
		if err != nil || got.GatewaySet || got.GatewayRole != "arn:aws:iam::000000000000:role/logs" || slices.ContainsFunc(w.ground.made, func(s string) bool { return strings.HasPrefix(s, "role") }) {
			t.Errorf("%+v, %v, %v", got, err, w.ground.made)
		}
	})
}

func TestARefusalOfARealServerIsNoTolerance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.ground.lifecycle = http.StatusForbidden
		d := w.deployer(w.server)
		d.settings.Loopback = false
		if _, err := d.Bootstrap(t.Context()); err == nil {
			t.Error("a refused lifecycle was passed over")
		}
	})
}

// A server of this machine may refuse what it lacks. One whose answer cannot be read, or
// a proxy whose server is away, has refused nothing.
func TestBootstrapPassesOverRefusalsOfALocalServerAlone(t *testing.T) {
	for status, passed := range map[int]bool{
		http.StatusNotFound: true, http.StatusInternalServerError: true, http.StatusNotImplemented: true,
		http.StatusOK: false, http.StatusBadGateway: false, http.StatusServiceUnavailable: false, http.StatusGatewayTimeout: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "dev")
			w.ground.lifecycle = status
			got, err := w.deployer(w.server).Bootstrap(t.Context())
			if passed && (err != nil || len(got.Skipped) != 1) || !passed && err == nil {
				t.Errorf("%d: %+v, %v", status, got, err)
			}
		})
	}
}

func TestAPlanAsksForBootstrapOnlyWhenItIsNeeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "dev")
		w.ground.bucket = false
		plan, err := w.deployer(w.server).Plan(t.Context(), w.release("1"), PlanOptions{})
		if err != nil || !plan.NeedsBootstrap {
			t.Errorf("%v, %v", plan, err)
		}
		w.ground.bucket = true
		w.must(w.deploy(t.Context(), w.release("1"), Options{}))
		w.ground.bucket = false
		plan, err = w.deployer(w.server).Plan(t.Context(), w.release("1"), PlanOptions{})
		if err != nil || plan.NeedsBootstrap {
			t.Errorf("%v, %v", plan, err)
		}
	})
}
