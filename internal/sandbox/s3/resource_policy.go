package s3

import (
	"context"
	"encoding/json"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// policyProperties are those of AWS::S3::BucketPolicy.
type policyProperties struct {
	Bucket         string `cfn:"required"`
	PolicyDocument any    `cfn:"required"`
}

func (s *Service) policyType() resource.Type {
	return resource.Typed(resource.Type{
		Name:       "AWS::S3::BucketPolicy",
		CreateOnly: []string{"Bucket"},
		Times:      resource.Times{Create: 2 * time.Second, Update: 2 * time.Second, Delete: 2 * time.Second},
	}, resource.Steps[policyProperties]{
		Create: func(_ context.Context, _ resource.Request, p *policyProperties) (resource.Result, error) {
			if found, ok := s.buckets.Get(p.Bucket); ok && found.Config.Policy != nil {
				return resource.Result{}, &resource.Error{Code: "AlreadyExists", Message: "The bucket policy already exists on bucket " + p.Bucket + "."}
			}
			return s.applyPolicy(p)
		},
		Update: func(_ context.Context, _ resource.Request, p *policyProperties) (resource.Result, error) {
			return s.applyPolicy(p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *policyProperties) error {
			return wireError(s.configure(r.PhysicalID, documents["policy"].clear))
		},
		Read: func(_ context.Context, id string) (*policyProperties, bool) {
			found, ok := s.buckets.Get(id)
			if !ok || found.Config.Policy == nil {
				return nil, false
			}
			p := &policyProperties{Bucket: id}
			return p, json.Unmarshal(found.Config.Policy, &p.PolicyDocument) == nil
		},
	})
}

func (s *Service) applyPolicy(p *policyProperties) (resource.Result, error) {
	text, isText := p.PolicyDocument.(string)
	if !isText {
		encoded, err := json.Marshal(p.PolicyDocument)
		if err != nil {
			return resource.Result{}, err
		}
		text = string(encoded)
	}
	err := s.configure(p.Bucket, func(c *configuration) error { return putPolicy(c, []byte(text)) })
	return resource.Result{PhysicalID: p.Bucket}, wireError(err)
}

// wireError gives an error, if any, a code that CloudFormation understands.
func wireError(err error) error {
	if err == nil {
		return nil
	}
	e := asWireError(err)
	code := map[string]string{"NoSuchBucket": "NotFound", "BucketAlreadyExists": "AlreadyExists", "MalformedPolicy": "InvalidRequest", "InternalError": "ServiceInternalError"}[e.Code]
	if code == "" {
		code = "GeneralServiceException"
	}
	return &resource.Error{Code: code, Message: e.Message}
}
