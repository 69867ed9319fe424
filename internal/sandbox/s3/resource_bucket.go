package s3

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/johannesboyne/gofakes3"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Resources gives AWS::S3::Bucket and AWS::S3::BucketPolicy.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.bucketType(), s.policyType()}
}

// bucketProperties are those of AWS::S3::Bucket.
type bucketProperties struct {
	BucketName                     *string
	BucketEncryption               *encryption
	CorsConfiguration              *cors
	LifecycleConfiguration         *lifecycle
	OwnershipControls              *ownership
	PublicAccessBlockConfiguration *publicAccess
	Tags                           []resource.Tag
	VersioningConfiguration        *versioning
}

func (s *Service) bucketType() resource.Type {
	return resource.Typed(resource.Type{
		Name:         "AWS::S3::Bucket",
		NameProperty: "BucketName",
		CreateOnly:   []string{"BucketName"},
		Attributes:   []string{"Arn", "DomainName", "RegionalDomainName", "DualStackDomainName", "WebsiteURL"},
		Times:        resource.Times{Create: 25 * time.Second, Update: 22 * time.Second, Delete: 2 * time.Second},
	}, resource.Steps[bucketProperties]{
		Create: s.createBucket,
		Update: func(_ context.Context, r resource.Request, p *bucketProperties) (resource.Result, error) {
			return s.bucketResult(r.PhysicalID), s.applyBucket(r, r.PhysicalID, p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *bucketProperties) error {
			return wireError(backend{s}.DeleteBucket(r.PhysicalID))
		},
		Read: func(_ context.Context, id string) (*bucketProperties, bool) { return s.readBucket(id) },
	})
}

func (s *Service) createBucket(_ context.Context, r resource.Request, p *bucketProperties) (resource.Result, error) {
	name := aws.ToString(p.BucketName)
	if name == "" {
		name = strings.ToLower(r.GeneratedName(63))
	}
	if err := gofakes3.ValidateBucketName(name); err != nil {
		return resource.Result{}, &resource.Error{Code: "InvalidRequest", Message: "Bucket name is not valid: " + name}
	}
	if _, exists := s.buckets.Get(name); exists {
		return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: name + " already exists"}
	}
	if err := (backend{s}).CreateBucket(name); err != nil {
		return resource.Result{}, wireError(err)
	}
	return s.bucketResult(name), s.applyBucket(r, name, p)
}

func (s *Service) applyBucket(r resource.Request, name string, p *bucketProperties) error {
	return wireError(s.configure(name, func(c *configuration) error {
		usual := newConfiguration()
		c.Encryption, c.PublicAccess, c.Ownership = p.BucketEncryption, p.PublicAccessBlockConfiguration, p.OwnershipControls
		if c.Encryption == nil {
			c.Encryption = usual.Encryption
		}
		if c.PublicAccess == nil {
			c.PublicAccess = usual.PublicAccess
		}
		if c.Ownership == nil {
			c.Ownership = usual.Ownership
		}
		if p.VersioningConfiguration == nil && c.Versioning != nil {
			// Versioning can be suspended, never undone.
			p.VersioningConfiguration = &versioning{Status: string(gofakes3.VersioningSuspended)}
		}
		c.Versioning, c.CORS, c.Lifecycle = p.VersioningConfiguration, p.CorsConfiguration, p.LifecycleConfiguration
		c.Tags = tagSet(r.AllTags(p.Tags))
		return nil
	}))
}

func tagSet(tags map[string]string) *tagging {
	if len(tags) == 0 {
		return nil
	}
	set := &tagging{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		set.Tags = append(set.Tags, resource.Tag{Key: key, Value: tags[key]})
	}
	return set
}

func (s *Service) bucketResult(name string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{
		"Arn":                 "arn:aws:s3:::" + name,
		"DomainName":          name + ".s3.amazonaws.com",
		"RegionalDomainName":  name + ".s3." + s.host.Region + ".amazonaws.com",
		"DualStackDomainName": name + ".s3.dualstack." + s.host.Region + ".amazonaws.com",
		"WebsiteURL":          "http://" + name + ".s3-website-" + s.host.Region + ".amazonaws.com",
	}}
}

// readBucket gives the live properties. Tags are left out: the stack's own are
// among them.
func (s *Service) readBucket(name string) (*bucketProperties, bool) {
	found, ok := s.buckets.Get(name)
	if !ok {
		return nil, false
	}
	c := found.Config
	return &bucketProperties{
		BucketName: &name, BucketEncryption: c.Encryption, CorsConfiguration: c.CORS, LifecycleConfiguration: c.Lifecycle,
		OwnershipControls: c.Ownership, PublicAccessBlockConfiguration: c.PublicAccess, VersioningConfiguration: c.Versioning,
	}, true
}
