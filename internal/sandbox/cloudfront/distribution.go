package cloudfront

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type distributionProperties struct {
	DistributionConfig config `cfn:"required"`
	Tags               []resource.Tag
}

type config struct {
	Aliases              []string
	CacheBehaviors       []behavior
	Comment              *string
	CustomErrorResponses []errorResponse
	DefaultCacheBehavior behavior `cfn:"required"`
	DefaultRootObject    *string
	Enabled              *bool `cfn:"required"`
	HttpVersion          types.HttpVersion
	IsIPV6Enabled        *bool `json:"IPV6Enabled"`
	Logging              *logging
	Origins              []origin
	PriceClass           types.PriceClass
	Restrictions         *restrictions
	ViewerCertificate    *certificate
	WebACLId             *string
}

type behavior struct {
	AllowedMethods          []string
	CachePolicyId           *string
	CachedMethods           []string
	Compress                *bool
	OriginRequestPolicyId   *string
	PathPattern             *string
	ResponseHeadersPolicyId *string
	SmoothStreaming         *bool
	TargetOriginId          string                     `cfn:"required"`
	ViewerProtocolPolicy    types.ViewerProtocolPolicy `cfn:"required"`
}

type origin struct {
	ConnectionAttempts    *int32
	ConnectionTimeout     *int32
	CustomHeaders         []customHeader `json:"OriginCustomHeaders"`
	CustomOriginConfig    *customOrigin
	DomainName            string `cfn:"required"`
	Id                    string `cfn:"required"`
	OriginAccessControlId *string
	OriginPath            *string
	OriginShield          *types.OriginShield
	S3OriginConfig        *types.S3OriginConfig
}

type customHeader struct {
	HeaderName  string `cfn:"required"`
	HeaderValue string `cfn:"required"`
}

type customOrigin struct {
	HTTPPort               *int32
	HTTPSPort              *int32
	OriginKeepaliveTimeout *int32
	OriginProtocolPolicy   types.OriginProtocolPolicy `cfn:"required"`
	OriginReadTimeout      *int32
	OriginSslProtocols     []string `json:"OriginSSLProtocols"`
}

type errorResponse struct {
	ErrorCachingMinTTL *int64
	ErrorCode          *int32 `cfn:"required"`
	ResponseCode       *string
	ResponsePagePath   *string
}

type logging struct {
	Bucket         *string
	IncludeCookies *bool
	Prefix         *string
}

type restrictions struct {
	GeoRestriction struct {
		Items           []string                 `json:"Locations"`
		RestrictionType types.GeoRestrictionType `cfn:"required"`
	} `cfn:"required"`
}

type certificate struct {
	ACMCertificateArn            *string `json:"AcmCertificateArn"`
	CloudFrontDefaultCertificate *bool
	IAMCertificateId             *string `json:"IamCertificateId"`
	MinimumProtocolVersion       types.MinimumProtocolVersion
	SSLSupportMethod             types.SSLSupportMethod `json:"SslSupportMethod"`
}

func (s *Service) distributionType() resource.Type {
	return resource.Typed(resource.Type{
		Name: "AWS::CloudFront::Distribution", Attributes: []string{"Id", "DomainName"},
		Times: resource.Times{Create: resource.Seconds(266), Update: resource.Seconds(164), Delete: resource.Seconds(164)},
	}, resource.Steps[distributionProperties]{
		Create: func(_ context.Context, r resource.Request, p *distributionProperties) (resource.Result, error) {
			return s.putDistribution(s.id(), r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *distributionProperties) (resource.Result, error) {
			return s.putDistribution(r.PhysicalID, r, p)
		},
		Delete: func(_ context.Context, r resource.Request, _ *distributionProperties) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.distributions.Delete(record.Key("", r.PhysicalID))
			record.DropAll(s.invalidations, r.PhysicalID)
			s.unserve(r.PhysicalID)
			return nil
		},
		Read: func(_ context.Context, id string) (*distributionProperties, bool) {
			r, ok := s.distributions.Get(record.Key("", id))
			return &r.Properties, ok
		},
	})
}

// id makes up the id of a distribution or access control.
func (s *Service) id() string { return "E" + s.host.ID(host.UpperID, 13) }

// domain is where a distribution is served: its edge's address or, without one, a
// name of the form of AWS's.
func (s *Service) domain(id string) string {
	if e := s.edges[id]; e != nil {
		return e.address
	}
	lower := []byte(id[1:])
	for i, b := range lower {
		if b >= 'A' && b <= 'Z' {
			lower[i] = b + 'a' - 'A'
		}
	}
	return "d" + string(lower) + ".cloudfront.net"
}

func (s *Service) putDistribution(id string, r resource.Request, p *distributionProperties) (resource.Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(id, p.DistributionConfig); err != nil {
		return resource.Result{}, err
	}
	record.Put(s.host.Clock, s.distributions, "", id, p, r.AllTags(p.Tags))
	s.serve(id)
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id, "DomainName": s.domain(id)}}, nil
}

// check refuses a distribution that names what is not there.
func (s *Service) check(id string, c config) error {
	origins := map[string]bool{}
	for _, o := range c.Origins {
		if origins[o.Id] {
			return &types.InvalidArgument{Message: new("The origin " + o.Id + " is there twice.")}
		}
		origins[o.Id] = true
		if o.OriginAccessControlId != nil && *o.OriginAccessControlId != "" {
			if _, ok := s.controls.Get(record.Key("", *o.OriginAccessControlId)); !ok {
				return &types.InvalidOriginAccessControl{Message: new("The specified origin access control does not exist.")}
			}
		}
	}
	for _, b := range append([]behavior{c.DefaultCacheBehavior}, c.CacheBehaviors...) {
		if !origins[b.TargetOriginId] {
			return &types.NoSuchOrigin{Message: new("One or more of your origins or origin groups do not exist.")}
		}
		if err := s.checkPolicies(b); err != nil {
			return err
		}
	}
	for _, other := range s.distributions.All() {
		for _, alias := range c.Aliases {
			if other.ID != id && contains(other.Properties.DistributionConfig.Aliases, alias) {
				return &types.CNAMEAlreadyExists{Message: new("One or more of the CNAMEs you provided are already associated with a different resource.")}
			}
		}
	}
	return nil
}

func (s *Service) checkPolicies(b behavior) error {
	if b.CachePolicyId == nil {
		return &types.InvalidArgument{Message: new("The parameter ForwardedValues is required.")}
	}
	if _, own := s.caches.Get(record.Key("", *b.CachePolicyId)); !own && managedCaches[*b.CachePolicyId] == "" {
		return &types.NoSuchCachePolicy{Message: new("The specified cache policy does not exist.")}
	}
	if b.ResponseHeadersPolicyId != nil {
		if _, own := s.headers.Get(record.Key("", *b.ResponseHeadersPolicyId)); !own && managedHeaders[*b.ResponseHeadersPolicyId] == "" {
			return &types.NoSuchResponseHeadersPolicy{Message: new("The specified response headers policy does not exist.")}
		}
	}
	if b.OriginRequestPolicyId != nil && managedRequests[*b.OriginRequestPolicyId] == "" {
		return &types.NoSuchOriginRequestPolicy{Message: new("The specified origin request policy does not exist.")}
	}
	return nil
}
