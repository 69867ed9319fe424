package cloudfront_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"

	service "github.com/keyvex/keyvex/internal/sandbox/cloudfront"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const headers = `{"ResponseHeadersPolicyConfig":{"Name":"keyvex-headers","Comment":"c",
	"CorsConfig":{"AccessControlAllowCredentials":false,"AccessControlAllowHeaders":{"Items":["*"]},"AccessControlAllowMethods":{"Items":["GET","HEAD"]},"AccessControlAllowOrigins":{"Items":["https://a"]},"AccessControlMaxAgeSec":3000,"OriginOverride":true},
	"SecurityHeadersConfig":{"ContentTypeOptions":{"Override":true},"FrameOptions":{"FrameOption":"SAMEORIGIN","Override":true},"StrictTransportSecurity":{"AccessControlMaxAgeSec":31536000,"IncludeSubdomains":true,"Override":true}}}}`

const control = `{"OriginAccessControlConfig":{"Name":"keyvex-access","OriginAccessControlOriginType":"s3","SigningBehavior":"always","SigningProtocol":"sigv4"}}`

const distribution = `{"DistributionConfig":{"Comment":"keyvex-cdn","Enabled":true,"HttpVersion":"http2and3","IPV6Enabled":true,"PriceClass":"PriceClass_100",
	"CacheBehaviors":[{"AllowedMethods":["GET","HEAD","OPTIONS"],"CachePolicyId":"658327ea-f89d-4fab-a63d-7e88639e58f6","Compress":true,"OriginRequestPolicyId":"88a5eaf4-2fd4-4709-b370-b4c650ea3fcf","PathPattern":"/tools/*","ResponseHeadersPolicyId":"%[2]s","TargetOriginId":"o1","ViewerProtocolPolicy":"redirect-to-https"}],
	"DefaultCacheBehavior":{"CachePolicyId":"658327ea-f89d-4fab-a63d-7e88639e58f6","Compress":true,"ResponseHeadersPolicyId":"%[2]s","TargetOriginId":"o1","ViewerProtocolPolicy":"redirect-to-https"},
	"Origins":[{"DomainName":"b.s3.us-east-1.amazonaws.com","Id":"o1","OriginAccessControlId":"%[1]s","S3OriginConfig":{"OriginAccessIdentity":""}}]}}`

func TestDistributionsLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host(), service.Siblings{})
	stack := oracle.NewStack(t, s.Resources())
	access := stack.Create("AWS::CloudFront::OriginAccessControl", "Access", control)
	policy := stack.Create("AWS::CloudFront::ResponseHeadersPolicy", "Headers", headers)
	properties := fmt.Sprintf(distribution, access.Attributes["Id"], policy.PhysicalID)
	typ := stack.Type("AWS::CloudFront::Distribution")
	made, err := stack.Try(typ.Name, "Cdn", properties)
	if err != nil {
		t.Fatal(err)
	}
	if name, _ := made.Attributes["DomainName"].(string); !regexp.MustCompile(`^d[a-z0-9]{13}\.cloudfront\.net$`).MatchString(name) {
		t.Errorf("the domain is %q", name)
	}
	live, ok, err := typ.Read(t.Context(), made.PhysicalID)
	if config, _ := live["DistributionConfig"].(map[string]any); !ok || err != nil || config["IPV6Enabled"] != true || len(config["Origins"].([]any)) != 1 {
		t.Errorf("reads as %v %v", live, err)
	}
	client := cloudfront.NewFromConfig(oracle.Config(s.Wire()))
	out, err := client.GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: &made.PhysicalID})
	if err != nil {
		t.Fatal(err)
	}
	c := out.Distribution.DistributionConfig
	if *c.Origins.Quantity != 1 || *c.Origins.Items[0].OriginAccessControlId != access.PhysicalID || *c.CacheBehaviors.Items[0].AllowedMethods.Quantity != 3 ||
		*c.DefaultCacheBehavior.AllowedMethods.CachedMethods.Quantity != 2 || !*c.IsIPV6Enabled || out.ETag == nil {
		t.Errorf("described as %+v", c)
	}
	got, err := client.GetResponseHeadersPolicy(t.Context(), &cloudfront.GetResponseHeadersPolicyInput{Id: &policy.PhysicalID})
	if err != nil || *got.ResponseHeadersPolicy.ResponseHeadersPolicyConfig.CorsConfig.AccessControlAllowMethods.Quantity != 2 {
		t.Errorf("the headers are %+v %v", got, err)
	}
	for _, c := range []struct{ command, want string }{
		{"list-distributions", `"DomainName":"d`},
		{"list-origin-access-controls", `"Name":"keyvex-access"`},
		{"list-response-headers-policies --type custom", `"Name":"keyvex-headers"`},
		{"list-tags-for-resource --resource arn:aws:cloudfront::123456789012:distribution/" + made.PhysicalID, `"Value":"Keyvex-test-Stack"`},
	} {
		out, err := oracle.AWS(t, s.Wire(), append([]string{"cloudfront"}, strings.Fields(c.command)...)...)
		text, _ := json.Marshal(out)
		if err != nil || !strings.Contains(string(text), c.want) {
			t.Errorf("%s: %s %v", c.command, text, err)
		}
	}
	for typ, id := range map[string]string{"OriginAccessControl": access.PhysicalID, "ResponseHeadersPolicy": policy.PhysicalID} {
		if err := stack.TryDelete("AWS::CloudFront::"+typ, "X", id, `{}`); err == nil {
			t.Errorf("%s was deleted while in use", typ)
		}
	}
	stack.Delete("AWS::CloudFront::Distribution", "Cdn", made.PhysicalID, properties)
	stack.Delete("AWS::CloudFront::OriginAccessControl", "Access", access.PhysicalID, control)
	stack.Delete("AWS::CloudFront::ResponseHeadersPolicy", "Headers", policy.PhysicalID, headers)
	if _, err := client.GetDistribution(t.Context(), &cloudfront.GetDistributionInput{Id: &made.PhysicalID}); oracle.Status(err) != 404 {
		t.Errorf("a deleted distribution gives %v", err)
	}
}

func TestRefusedDistributions(t *testing.T) {
	s := service.New(oracle.Host(), service.Siblings{})
	stack := oracle.NewStack(t, s.Resources())
	access := stack.Create("AWS::CloudFront::OriginAccessControl", "Access", control).PhysicalID
	policy := stack.Create("AWS::CloudFront::ResponseHeadersPolicy", "Headers", headers).PhysicalID
	good := fmt.Sprintf(distribution, access, policy)
	for change, want := range map[string]string{
		access + `|nope`: "The specified origin access control does not exist.",
		policy + `|nope`: "The specified response headers policy does not exist.",
		`"TargetOriginId":"o1"|"TargetOriginId":"o2"`: "One or more of your origins or origin groups do not exist.",
		`658327ea|00000000`:                           "The specified cache policy does not exist.",
		`88a5eaf4|00000000`:                           "The specified origin request policy does not exist.",
		`"PriceClass"|"PriceKlass"`:                   "#/DistributionConfig: extraneous key [PriceKlass] is not permitted",
	} {
		from, to, _ := strings.Cut(change, "|")
		if _, err := stack.Try("AWS::CloudFront::Distribution", "X", strings.ReplaceAll(good, from, to)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change, err, want)
		}
	}
	if _, err := stack.Try("AWS::CloudFront::OriginAccessControl", "Again", control); err == nil {
		t.Error("a taken name was taken again")
	}
}
