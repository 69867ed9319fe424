package cloudfront

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type controlProperties struct {
	OriginAccessControlConfig types.OriginAccessControlConfig `cfn:"required"`
}

type headersProperties struct {
	ResponseHeadersPolicyConfig types.ResponseHeadersPolicyConfig `cfn:"required"`
}

type cacheProperties struct {
	CachePolicyConfig cacheConfig `cfn:"required"`
}

type cacheConfig struct {
	Comment                                  *string
	DefaultTTL                               *int64  `cfn:"required"`
	MaxTTL                                   *int64  `cfn:"required"`
	MinTTL                                   *int64  `cfn:"required"`
	Name                                     *string `cfn:"required"`
	ParametersInCacheKeyAndForwardedToOrigin struct {
		CookiesConfig struct {
			CookieBehavior types.CachePolicyCookieBehavior `cfn:"required"`
			Cookies        []string
		} `cfn:"required"`
		EnableAcceptEncodingBrotli *bool
		EnableAcceptEncodingGzip   *bool `cfn:"required"`
		HeadersConfig              struct {
			HeaderBehavior types.CachePolicyHeaderBehavior `cfn:"required"`
			Headers        []string
		} `cfn:"required"`
		QueryStringsConfig struct {
			QueryStringBehavior types.CachePolicyQueryStringBehavior `cfn:"required"`
			QueryStrings        []string
		} `cfn:"required"`
	} `cfn:"required"`
}

// The policies that AWS itself provides (CloudFront Developer Guide, "Use managed
// policies").
var (
	managedCaches = map[string]string{
		"658327ea-f89d-4fab-a63d-7e88639e58f6": "Managed-CachingOptimized",
		"b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "Managed-CachingOptimizedForUncompressedObjects",
		"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "Managed-CachingDisabled",
	}
	managedHeaders = map[string]string{
		"67f7725c-6f97-4210-82d7-5512b31e9d03": "Managed-SecurityHeadersPolicy",
		"60669652-455b-4ae9-85a4-c4c02393f86c": "Managed-SimpleCORS",
		"5cc3b908-e619-4b99-88e5-2cf7f45965bd": "Managed-CORS-With-Preflight",
	}
	managedRequests = map[string]string{
		"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf": "Managed-CORS-S3Origin",
		"216adef6-5c7f-47e4-b989-5492eafa07d3": "Managed-AllViewer",
		"b689b0a8-53d0-40ab-baf2-68738e2966ac": "Managed-AllViewerExceptHostHeader",
	}
)

// named is a type whose things bear unique names and may be used by distributions.
type named[P any] struct {
	things     kept[P]
	name       func(p P) string
	newID      func() string
	taken      func() error
	use        func(id string) func(b config) bool
	inUse      func() error
	attributes []string
}

func typed[P any](s *Service, t resource.Type, n named[P]) resource.Type {
	put := func(id string, r resource.Request, p *P) (resource.Result, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, other := range n.things.All() {
			if other.ID != id && n.name(other.Properties) == n.name(*p) {
				return resource.Result{}, n.taken()
			}
		}
		made := record.Put(s.host.Clock, n.things, "", id, p, r.Tags)
		attributes := map[string]any{"Id": id}
		if contains(n.attributes, "LastModifiedTime") {
			attributes["LastModifiedTime"] = made.Updated.Format("2006-01-02T15:04:05Z")
		}
		return resource.Result{PhysicalID: id, Attributes: attributes}, nil
	}
	t.Attributes = n.attributes
	t.Times = resource.Times{Create: resource.Seconds(5), Update: resource.Seconds(5), Delete: resource.Seconds(3)}
	return resource.Typed(t, resource.Steps[P]{
		Create: func(_ context.Context, r resource.Request, p *P) (resource.Result, error) {
			return put(n.newID(), r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *P) (resource.Result, error) {
			return put(r.PhysicalID, r, p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *P) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, d := range s.distributions.All() {
				if n.use(r.PhysicalID)(d.Properties.DistributionConfig) {
					return n.inUse()
				}
			}
			n.things.Delete(record.Key("", r.PhysicalID))
			return nil
		},
		Read: func(_ context.Context, id string) (*P, bool) {
			r, ok := n.things.Get(record.Key("", id))
			return &r.Properties, ok
		},
	})
}

func (s *Service) controlType() resource.Type {
	return typed(s, resource.Type{Name: "AWS::CloudFront::OriginAccessControl"}, named[controlProperties]{
		things: s.controls, newID: s.id, attributes: []string{"Id"},
		name: func(p controlProperties) string { return value(p.OriginAccessControlConfig.Name) },
		taken: func() error {
			return &types.OriginAccessControlAlreadyExists{Message: new("An origin access control with the same name already exists.")}
		},
		use: func(id string) func(config) bool {
			return func(c config) bool {
				for _, o := range c.Origins {
					if value(o.OriginAccessControlId) == id {
						return true
					}
				}
				return false
			}
		},
		inUse: func() error {
			return &types.OriginAccessControlInUse{Message: new("Cannot delete the origin access control because it's attached to one or more distributions.")}
		},
	})
}

// behaviors looks for a policy in the cache behaviors of a distribution.
func behaviors(policy func(behavior) *string) func(id string) func(config) bool {
	return func(id string) func(config) bool {
		return func(c config) bool {
			for _, b := range append([]behavior{c.DefaultCacheBehavior}, c.CacheBehaviors...) {
				if value(policy(b)) == id {
					return true
				}
			}
			return false
		}
	}
}

func (s *Service) headersType() resource.Type {
	return typed(s, resource.Type{Name: "AWS::CloudFront::ResponseHeadersPolicy"}, named[headersProperties]{
		things: s.headers, newID: s.uuid, attributes: []string{"Id", "LastModifiedTime"},
		name: func(p headersProperties) string { return value(p.ResponseHeadersPolicyConfig.Name) },
		taken: func() error {
			return &types.ResponseHeadersPolicyAlreadyExists{Message: new("A response headers policy with this name already exists.")}
		},
		use: behaviors(func(b behavior) *string { return b.ResponseHeadersPolicyId }),
		inUse: func() error {
			return &types.ResponseHeadersPolicyInUse{Message: new("Cannot delete the response headers policy because it is attached to one or more cache behaviors.")}
		},
	})
}

func (s *Service) cacheType() resource.Type {
	return typed(s, resource.Type{Name: "AWS::CloudFront::CachePolicy"}, named[cacheProperties]{
		things: s.caches, newID: s.uuid, attributes: []string{"Id", "LastModifiedTime"},
		name: func(p cacheProperties) string { return value(p.CachePolicyConfig.Name) },
		taken: func() error {
			return &types.CachePolicyAlreadyExists{Message: new("A cache policy with this name already exists.")}
		},
		use: behaviors(func(b behavior) *string { return b.CachePolicyId }),
		inUse: func() error {
			return &types.CachePolicyInUse{Message: new("Cannot delete the cache policy because it is attached to one or more cache behaviors.")}
		},
	})
}

// uuid makes up the id of a policy.
func (s *Service) uuid() string {
	hex := s.host.ID(host.Hex, 32)
	return strings.Join([]string{hex[:8], hex[8:12], "4" + hex[13:16], "a" + hex[17:20], hex[20:]}, "-")
}
