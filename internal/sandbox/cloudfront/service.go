// Package cloudfront is the sandbox's CloudFront: distributions with their origin
// access controls, response headers policies and cache policies, and an edge of its
// own for each distribution, which serves buckets over HTTP and HTTPS.
package cloudfront

import (
	"crypto/tls"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Siblings are the other services that CloudFront works with.
type Siblings struct {
	// Objects is S3's API, path-style and without signatures; nil serves nothing.
	Objects http.Handler
	// TLS is the configuration of a server on this machine; nil serves HTTP only.
	TLS func(names ...string) *tls.Config
}

type kept[P any] = *state.Map[record.Record[P]]

// Service is CloudFront of the one account.
type Service struct {
	host          *host.Host
	siblings      Siblings
	mu            sync.Mutex
	distributions kept[distributionProperties]
	controls      kept[controlProperties]
	headers       kept[headersProperties]
	caches        kept[cacheProperties]
	invalidations kept[types.InvalidationBatch]
	edges         map[string]*edge
}

func open[P any](h *host.Host, name string) kept[P] {
	return state.NewMap[record.Record[P]](h.State, "cloudfront."+name)
}

// New opens CloudFront on the host's state, and has its distributions served where
// there are sockets.
func New(h *host.Host, siblings Siblings) *Service {
	s := &Service{
		host: h, siblings: siblings, edges: map[string]*edge{},
		distributions: open[distributionProperties](h, "distributions"),
		controls:      open[controlProperties](h, "originAccessControls"),
		headers:       open[headersProperties](h, "responseHeadersPolicies"),
		caches:        open[cacheProperties](h, "cachePolicies"),
		invalidations: open[types.InvalidationBatch](h, "invalidations"),
	}
	for _, d := range s.distributions.All() {
		s.serve(d.ID)
	}
	return s
}

// listNames are the elements of CloudFront's lists, which are all called Items.
var listNames = map[string]string{
	"Aliases.Items": "CNAME", "Origins.Items": "Origin", "CacheBehaviors.Items": "CacheBehavior", "CustomErrorResponses.Items": "CustomErrorResponse",
	"AllowedMethods.Items": "Method", "CachedMethods.Items": "Method", "CustomHeaders.Items": "OriginCustomHeader", "OriginSslProtocols.Items": "SslProtocol",
	"GeoRestriction.Items": "Location", "DistributionList.Items": "DistributionSummary", "OriginAccessControlList.Items": "OriginAccessControlSummary",
	"TrustedSigners.Items": "AwsAccountNumber", "TrustedKeyGroups.Items": "KeyGroup", "ActiveTrustedSigners.Items": "Signer", "ActiveTrustedKeyGroups.Items": "KeyGroup",
	"LambdaFunctionAssociations.Items": "LambdaFunctionAssociation", "FunctionAssociations.Items": "FunctionAssociation", "OriginGroups.Items": "OriginGroup",
	"ResponseHeadersPolicyList.Items": "ResponseHeadersPolicySummary", "CachePolicyList.Items": "CachePolicySummary", "Tags.Items": "Tag",
	"ResponseHeadersPolicyAccessControlAllowOrigins.Items": "Origin", "ResponseHeadersPolicyAccessControlAllowHeaders.Items": "Header",
	"ResponseHeadersPolicyAccessControlAllowMethods.Items": "Method", "ResponseHeadersPolicyAccessControlExposeHeaders.Items": "Header",
	"ResponseHeadersPolicyCustomHeadersConfig.Items": "ResponseHeadersPolicyCustomHeader", "ResponseHeadersPolicyRemoveHeadersConfig.Items": "ResponseHeadersPolicyRemoveHeader",
	"CookieNames.Items": "Name", "Headers.Items": "Name", "QueryStringNames.Items": "Name",
}

// Wire registers the operations.
func (s *Service) Wire() *wire.Service {
	w := &wire.Service{
		Name: "cloudfront", Protocols: []wire.Protocol{wire.RESTXML}, Namespace: "http://cloudfront.amazonaws.com/doc/2020-05-31/", ListNames: listNames,
		Errors: map[string]wire.ErrorTrait{
			"NoSuchDistribution":          {Status: http.StatusNotFound},
			"NoSuchOriginAccessControl":   {Status: http.StatusNotFound},
			"NoSuchResponseHeadersPolicy": {Status: http.StatusNotFound},
			"NoSuchInvalidation":          {Status: http.StatusNotFound},
			"NoSuchResource":              {Status: http.StatusNotFound},
		},
	}
	get := func(path, payload string) wire.Route {
		return wire.Route{Method: http.MethodGet, Path: "/2020-05-31/" + path, ResponsePayload: payload, ResponseHeader: map[string]string{"ETag": "ETag"}}
	}
	list := func(path, payload string) wire.Route {
		return wire.Route{Method: http.MethodGet, Path: "/2020-05-31/" + path, ResponsePayload: payload, Query: map[string]string{"Marker": "Marker", "MaxItems": "MaxItems"}}
	}
	ofType := func(r wire.Route) wire.Route {
		r.Query["Type"] = "Type"
		return r
	}
	wire.Handle(w, s.ListDistributions, list("distribution", "DistributionList"))
	wire.Handle(w, s.GetDistribution, get("distribution/{Id}", "Distribution"))
	wire.Handle(w, s.GetDistributionConfig, get("distribution/{Id}/config", "DistributionConfig"))
	wire.Handle(w, s.ListOriginAccessControls, list("origin-access-control", "OriginAccessControlList"))
	wire.Handle(w, s.GetOriginAccessControl, get("origin-access-control/{Id}", "OriginAccessControl"))
	wire.Handle(w, s.ListResponseHeadersPolicies, ofType(list("response-headers-policy", "ResponseHeadersPolicyList")))
	wire.Handle(w, s.GetResponseHeadersPolicy, get("response-headers-policy/{Id}", "ResponseHeadersPolicy"))
	wire.Handle(w, s.ListCachePolicies, ofType(list("cache-policy", "CachePolicyList")))
	wire.Handle(w, s.CreateInvalidation)
	wire.Handle(w, s.GetInvalidation)
	wire.Handle(w, s.ListInvalidations)
	wire.Handle(w, s.ListTagsForResource, wire.Route{Method: http.MethodGet, Path: "/2020-05-31/tagging", ResponsePayload: "Tags", Query: map[string]string{"Resource": "Resource"}})
	return w
}

// Resources are the CloudFormation types that CloudFront owns.
func (s *Service) Resources() []resource.Type {
	return []resource.Type{s.distributionType(), s.controlType(), s.headersType(), s.cacheType()}
}
