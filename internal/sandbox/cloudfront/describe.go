package cloudfront

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// etag names a state of a thing: it changes with every change.
func etag[P any](r record.Record[P]) *string {
	sum := fnv.New64a()
	fmt.Fprint(sum, r.ID, r.Updated, r.Properties)
	return new("E" + strings.ToUpper(fmt.Sprintf("%013x", sum.Sum64()))[:13])
}

func (s *Service) describedConfig(r record.Record[distributionProperties]) *types.DistributionConfig {
	c := described[types.DistributionConfig](r.Properties.DistributionConfig)
	c.CallerReference = &r.ID
	if c.Comment == nil {
		c.Comment = new("")
	}
	if c.PriceClass == "" {
		c.PriceClass = types.PriceClassPriceClassAll
	}
	if c.HttpVersion == "" {
		c.HttpVersion = types.HttpVersionHttp11
	}
	if c.ViewerCertificate == nil {
		c.ViewerCertificate = &types.ViewerCertificate{CloudFrontDefaultCertificate: new(true), MinimumProtocolVersion: types.MinimumProtocolVersionTLSv1}
	}
	if c.Restrictions == nil {
		c.Restrictions = &types.Restrictions{GeoRestriction: &types.GeoRestriction{RestrictionType: types.GeoRestrictionTypeNone, Quantity: new(int32(0))}}
	}
	for _, list := range []**int32{&empty(&c.Aliases).Quantity, &empty(&c.CacheBehaviors).Quantity, &empty(&c.CustomErrorResponses).Quantity, &empty(&c.Origins).Quantity} {
		if *list == nil {
			*list = new(int32(0))
		}
	}
	p := r.Properties.DistributionConfig
	c.DefaultCacheBehavior.AllowedMethods = methods(p.DefaultCacheBehavior)
	for i, b := range p.CacheBehaviors {
		c.CacheBehaviors.Items[i].AllowedMethods = methods(b)
	}
	return c
}

// empty makes a struct where there is none.
func empty[T any](p **T) *T {
	if *p == nil {
		*p = new(T)
	}
	return *p
}

// methods are GET and HEAD unless others are allowed; the SDK has the cached ones
// among the allowed.
func methods(b behavior) *types.AllowedMethods {
	allowed, cached := b.AllowedMethods, b.CachedMethods
	if len(allowed) == 0 {
		allowed = []string{"HEAD", "GET"}
	}
	if len(cached) == 0 {
		cached = []string{"HEAD", "GET"}
	}
	out := described[types.AllowedMethods](struct{ Items []string }{allowed})
	out.CachedMethods = described[types.CachedMethods](struct{ Items []string }{cached})
	return out
}

func (s *Service) distributionARN(id string) string {
	return s.host.GlobalARN("cloudfront", "distribution/"+id)
}

func (s *Service) find(id *string) (record.Record[distributionProperties], error) {
	r, ok := s.distributions.Get(record.Key("", value(id)))
	if !ok {
		return r, &types.NoSuchDistribution{Message: new("The specified distribution does not exist.")}
	}
	return r, nil
}

func (s *Service) show(r record.Record[distributionProperties]) *types.Distribution {
	return &types.Distribution{
		Id: &r.ID, ARN: new(s.distributionARN(r.ID)), DomainName: new(s.domain(r.ID)), Status: new("Deployed"), LastModifiedTime: &r.Updated,
		InProgressInvalidationBatches: new(int32(0)), DistributionConfig: s.describedConfig(r),
		ActiveTrustedSigners:   &types.ActiveTrustedSigners{Enabled: new(false), Quantity: new(int32(0))},
		ActiveTrustedKeyGroups: &types.ActiveTrustedKeyGroups{Enabled: new(false), Quantity: new(int32(0))},
	}
}

// GetDistribution finds a distribution.
func (s *Service) GetDistribution(_ context.Context, in *cloudfront.GetDistributionInput) (*cloudfront.GetDistributionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.Id)
	if err != nil {
		return nil, err
	}
	return &cloudfront.GetDistributionOutput{Distribution: s.show(r), ETag: etag(r)}, nil
}

// GetDistributionConfig gives what a distribution was configured with.
func (s *Service) GetDistributionConfig(_ context.Context, in *cloudfront.GetDistributionConfigInput) (*cloudfront.GetDistributionConfigOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(in.Id)
	if err != nil {
		return nil, err
	}
	return &cloudfront.GetDistributionConfigOutput{DistributionConfig: s.describedConfig(r), ETag: etag(r)}, nil
}

const pageSize = 100

// listed cuts the things of a kind by Marker and MaxItems, and shows them.
func listed[P, T any](things kept[P], marker *string, most *int32, show func(record.Record[P]) T) (out []T, next *string, size int32, err error) {
	size = pageSize
	if most != nil {
		size = *most
	}
	some, token, ok := page.Of(record.Of(things, ""), record.Record[P].Key, value(marker), max(1, int(size)))
	if !ok {
		return nil, nil, size, &types.InvalidArgument{Message: new("The marker is invalid.")}
	}
	for _, r := range some {
		out = append(out, show(r))
	}
	if token != "" {
		next = &token
	}
	return out, next, size, nil
}

// ListDistributions lists the distributions.
func (s *Service) ListDistributions(_ context.Context, in *cloudfront.ListDistributionsInput) (*cloudfront.ListDistributionsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, size, err := listed(s.distributions, in.Marker, in.MaxItems, func(r record.Record[distributionProperties]) types.DistributionSummary {
		shown := alike.As[types.DistributionSummary](s.describedConfig(r))
		whole := s.show(r)
		shown.Id, shown.ARN, shown.DomainName, shown.Status, shown.LastModifiedTime, shown.ETag = whole.Id, whole.ARN, whole.DomainName, whole.Status, whole.LastModifiedTime, etag(r)
		return shown
	})
	return &cloudfront.ListDistributionsOutput{DistributionList: &types.DistributionList{
		Items: some, Quantity: new(int32(len(some))), MaxItems: &size, IsTruncated: new(next != nil), NextMarker: next, Marker: new(value(in.Marker)),
	}}, err
}

// ListOriginAccessControls lists the origin access controls.
func (s *Service) ListOriginAccessControls(_ context.Context, in *cloudfront.ListOriginAccessControlsInput) (*cloudfront.ListOriginAccessControlsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, size, err := listed(s.controls, in.Marker, in.MaxItems, func(r record.Record[controlProperties]) types.OriginAccessControlSummary {
		shown := alike.As[types.OriginAccessControlSummary](r.Properties.OriginAccessControlConfig)
		shown.Id, shown.Description = &r.ID, new(value(shown.Description))
		return shown
	})
	return &cloudfront.ListOriginAccessControlsOutput{OriginAccessControlList: &types.OriginAccessControlList{
		Items: some, Quantity: new(int32(len(some))), MaxItems: &size, IsTruncated: new(next != nil), NextMarker: next, Marker: new(value(in.Marker)),
	}}, err
}

// GetOriginAccessControl finds an origin access control.
func (s *Service) GetOriginAccessControl(_ context.Context, in *cloudfront.GetOriginAccessControlInput) (*cloudfront.GetOriginAccessControlOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.controls.Get(record.Key("", value(in.Id)))
	if !ok {
		return nil, &types.NoSuchOriginAccessControl{Message: new("The specified origin access control does not exist.")}
	}
	return &cloudfront.GetOriginAccessControlOutput{ETag: etag(r), OriginAccessControl: &types.OriginAccessControl{
		Id: &r.ID, OriginAccessControlConfig: &r.Properties.OriginAccessControlConfig}}, nil
}

func showHeaders(r record.Record[headersProperties]) *types.ResponseHeadersPolicy {
	return &types.ResponseHeadersPolicy{
		Id: &r.ID, LastModifiedTime: &r.Updated,
		ResponseHeadersPolicyConfig: described[types.ResponseHeadersPolicyConfig](r.Properties.ResponseHeadersPolicyConfig),
	}
}

// ListResponseHeadersPolicies lists the account's own response headers policies.
func (s *Service) ListResponseHeadersPolicies(_ context.Context, in *cloudfront.ListResponseHeadersPoliciesInput) (*cloudfront.ListResponseHeadersPoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, size, err := listed(s.headers, in.Marker, in.MaxItems, func(r record.Record[headersProperties]) types.ResponseHeadersPolicySummary {
		return types.ResponseHeadersPolicySummary{Type: types.ResponseHeadersPolicyTypeCustom, ResponseHeadersPolicy: showHeaders(r)}
	})
	return &cloudfront.ListResponseHeadersPoliciesOutput{ResponseHeadersPolicyList: &types.ResponseHeadersPolicyList{
		Items: some, Quantity: new(int32(len(some))), MaxItems: &size, NextMarker: next,
	}}, err
}

// GetResponseHeadersPolicy finds a response headers policy.
func (s *Service) GetResponseHeadersPolicy(_ context.Context, in *cloudfront.GetResponseHeadersPolicyInput) (*cloudfront.GetResponseHeadersPolicyOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.headers.Get(record.Key("", value(in.Id)))
	if !ok {
		return nil, &types.NoSuchResponseHeadersPolicy{Message: new("The specified response headers policy does not exist.")}
	}
	return &cloudfront.GetResponseHeadersPolicyOutput{ResponseHeadersPolicy: showHeaders(r), ETag: etag(r)}, nil
}

// ListCachePolicies lists the account's own cache policies.
func (s *Service) ListCachePolicies(_ context.Context, in *cloudfront.ListCachePoliciesInput) (*cloudfront.ListCachePoliciesOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	some, next, size, err := listed(s.caches, in.Marker, in.MaxItems, func(r record.Record[cacheProperties]) types.CachePolicySummary {
		return types.CachePolicySummary{Type: types.CachePolicyTypeCustom, CachePolicy: &types.CachePolicy{
			Id: &r.ID, LastModifiedTime: &r.Updated, CachePolicyConfig: described[types.CachePolicyConfig](r.Properties.CachePolicyConfig)}}
	})
	return &cloudfront.ListCachePoliciesOutput{CachePolicyList: &types.CachePolicyList{
		Items: some, Quantity: new(int32(len(some))), MaxItems: &size, NextMarker: next,
	}}, err
}

// ListTagsForResource lists a distribution's tags.
func (s *Service) ListTagsForResource(_ context.Context, in *cloudfront.ListTagsForResourceInput) (*cloudfront.ListTagsForResourceOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.distributions.Get(record.Key("", strings.TrimPrefix(value(in.Resource), s.distributionARN(""))))
	if !ok {
		return nil, &types.NoSuchResource{Message: new("The specified resource does not exist.")}
	}
	tags := &types.Tags{Items: []types.Tag{}}
	for _, name := range slices.Sorted(maps.Keys(r.AllTags)) {
		tags.Items = append(tags.Items, types.Tag{Key: &name, Value: new(r.AllTags[name])})
	}
	return &cloudfront.ListTagsForResourceOutput{Tags: tags}, nil
}
