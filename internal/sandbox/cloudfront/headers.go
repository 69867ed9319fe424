package cloudfront

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// addHeaders puts a response headers policy's headers into an answer, an own or a
// managed one's.
func (s *Service) addHeaders(h http.Header, policy, origin string, preflight bool) {
	r, ok := s.headers.Get(record.Key("", policy))
	c := r.Properties.ResponseHeadersPolicyConfig
	if !ok {
		c = managedHeadersConfig(managedHeaders[policy])
	}
	if c.SecurityHeadersConfig != nil {
		addSecurity(h, c.SecurityHeadersConfig)
	}
	if c.CustomHeadersConfig != nil {
		for _, custom := range c.CustomHeadersConfig.Items {
			h.Set(value(custom.Header), value(custom.Value))
		}
	}
	if c.CorsConfig != nil && origin != "" {
		addCORS(h, c.CorsConfig, origin, preflight)
	}
}

func addSecurity(h http.Header, c *types.ResponseHeadersPolicySecurityHeadersConfig) {
	if c.ContentSecurityPolicy != nil {
		h.Set("Content-Security-Policy", value(c.ContentSecurityPolicy.ContentSecurityPolicy))
	}
	if c.ContentTypeOptions != nil {
		h.Set("X-Content-Type-Options", "nosniff")
	}
	if c.FrameOptions != nil {
		h.Set("X-Frame-Options", string(c.FrameOptions.FrameOption))
	}
	if c.ReferrerPolicy != nil {
		h.Set("Referrer-Policy", string(c.ReferrerPolicy.ReferrerPolicy))
	}
	if t := c.StrictTransportSecurity; t != nil && t.AccessControlMaxAgeSec != nil {
		text := "max-age=" + strconv.Itoa(int(*t.AccessControlMaxAgeSec))
		if t.IncludeSubdomains != nil && *t.IncludeSubdomains {
			text += "; includeSubDomains"
		}
		if t.Preload != nil && *t.Preload {
			text += "; preload"
		}
		h.Set("Strict-Transport-Security", text)
	}
	if x := c.XSSProtection; x != nil && x.Protection != nil {
		text := "0"
		if *x.Protection {
			text = "1"
			if x.ModeBlock != nil && *x.ModeBlock {
				text += "; mode=block"
			}
		}
		h.Set("X-Xss-Protection", text)
	}
}

func addCORS(h http.Header, c *types.ResponseHeadersPolicyCorsConfig, origin string, preflight bool) {
	switch {
	case slices.Contains(c.AccessControlAllowOrigins.Items, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.Contains(c.AccessControlAllowOrigins.Items, origin):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Add("Vary", "Origin")
	default:
		return
	}
	if c.AccessControlAllowCredentials != nil && *c.AccessControlAllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if c.AccessControlExposeHeaders != nil && len(c.AccessControlExposeHeaders.Items) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(c.AccessControlExposeHeaders.Items, ","))
	}
	if !preflight {
		return
	}
	var allowed []string
	for _, method := range c.AccessControlAllowMethods.Items {
		allowed = append(allowed, string(method))
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(allowed, ","))
	h.Set("Access-Control-Allow-Headers", strings.Join(c.AccessControlAllowHeaders.Items, ","))
	if c.AccessControlMaxAgeSec != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(*c.AccessControlMaxAgeSec)))
	}
}

// managedHeadersConfig is what AWS's own policies say (CloudFront Developer Guide,
// "Use managed response headers policies").
func managedHeadersConfig(name string) types.ResponseHeadersPolicyConfig {
	const year = 31536000
	switch name {
	case "Managed-SecurityHeadersPolicy":
		return types.ResponseHeadersPolicyConfig{SecurityHeadersConfig: &types.ResponseHeadersPolicySecurityHeadersConfig{
			ContentTypeOptions:      &types.ResponseHeadersPolicyContentTypeOptions{},
			FrameOptions:            &types.ResponseHeadersPolicyFrameOptions{FrameOption: types.FrameOptionsListSameorigin},
			ReferrerPolicy:          &types.ResponseHeadersPolicyReferrerPolicy{ReferrerPolicy: types.ReferrerPolicyListStrictOriginWhenCrossOrigin},
			StrictTransportSecurity: &types.ResponseHeadersPolicyStrictTransportSecurity{AccessControlMaxAgeSec: new(int32(year))},
			XSSProtection:           &types.ResponseHeadersPolicyXSSProtection{Protection: new(true), ModeBlock: new(true)},
		}}
	case "Managed-SimpleCORS", "Managed-CORS-With-Preflight":
		return types.ResponseHeadersPolicyConfig{CorsConfig: &types.ResponseHeadersPolicyCorsConfig{
			AccessControlAllowOrigins: &types.ResponseHeadersPolicyAccessControlAllowOrigins{Items: []string{"*"}},
			AccessControlAllowHeaders: &types.ResponseHeadersPolicyAccessControlAllowHeaders{Items: []string{"*"}},
			AccessControlAllowMethods: &types.ResponseHeadersPolicyAccessControlAllowMethods{Items: []types.ResponseHeadersPolicyAccessControlAllowMethodsValues{
				"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}},
		}}
	}
	return types.ResponseHeadersPolicyConfig{}
}
