package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfrontorigins"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"

	"github.com/keyvex/keyvex/internal/platform"
)

// storage has the three buckets, none of them public, and the distribution that
// serves two of them.
func storage(s stack) {
	origins := s.corsOrigins()
	s.unlessEmpty(hasOrigins, origins)
	s.bucket(platform.UserUploads, true, &awss3.LifecycleRule{
		Id: jsii.String("to-colder-storage"),
		Transitions: &[]*awss3.Transition{
			{StorageClass: awss3.StorageClass_INFREQUENT_ACCESS(), TransitionAfter: days(30)},
			{StorageClass: awss3.StorageClass_GLACIER(), TransitionAfter: days(90)},
		},
	})
	public := s.bucket(platform.PublicAssets, false)
	tools := s.bucket(platform.ToolAssets, true, &awss3.LifecycleRule{
		Id: jsii.String("drop-old-versions"), NoncurrentVersionExpiration: days(30),
	})
	s.distribution(public, tools)
}

// hasOrigins is the condition that some web application may use the buckets and
// the CDN from a browser.
const hasOrigins = "HasCorsOrigins"

// allowedOrigins splits the parameter for properties that take a list.
var allowedOrigins = map[string]any{"Fn::Split": []any{",", map[string]any{"Ref": platform.ParameterCORSOrigins}}}

func (s stack) bucket(b platform.Bucket, versioned bool, rules ...*awss3.LifecycleRule) awss3.Bucket {
	rules = append(rules, &awss3.LifecycleRule{
		Id: jsii.String("drop-unfinished-uploads"), AbortIncompleteMultipartUploadAfter: days(7),
	})
	bucket := awss3.NewBucket(s.scope, jsii.String(pascal(string(b))), &awss3.BucketProps{
		BucketName:        sub(s.bucketName(b)),
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		EnforceSSL:        jsii.Bool(true),
		Versioned:         jsii.Bool(versioned),
		LifecycleRules:    &rules,
		RemovalPolicy:     s.keep(),
	})
	// For presigned uploads from the browser.
	plain[awss3.CfnBucket](bucket).AddPropertyOverride(jsii.String("CorsConfiguration"), whenOrigins(map[string]any{
		"CorsRules": []any{map[string]any{
			"AllowedOrigins": allowedOrigins,
			"AllowedMethods": []string{"GET", "HEAD", "PUT", "POST"},
			"AllowedHeaders": []string{"*"},
			"ExposedHeaders": []string{"ETag"},
			"MaxAge":         3000,
		}},
	}))
	s.output(pascal(string(b), "bucket"), "Bucket "+string(b), s.bucketName(b))
	return bucket
}

func whenOrigins(value any) map[string]any {
	return map[string]any{"Fn::If": []any{hasOrigins, value, map[string]any{"Ref": "AWS::NoValue"}}}
}

// distribution serves public assets at /* and tool assets at /tools/*, whose keys
// cannot be guessed.
func (s stack) distribution(public, tools awss3.Bucket) {
	// CDK would derive the name from the stack's.
	access := awscloudfront.NewS3OriginAccessControl(s.scope, jsii.String("OriginAccessControl"), &awscloudfront.S3OriginAccessControlProps{
		OriginAccessControlName: jsii.String(s.env.OriginAccessControlName()),
	})
	headers := s.headersPolicy()
	serve := func(bucket awss3.Bucket) *awscloudfront.BehaviorOptions {
		return &awscloudfront.BehaviorOptions{
			Origin: awscloudfrontorigins.S3BucketOrigin_WithOriginAccessControl(bucket, &awscloudfrontorigins.S3BucketOriginWithOACProps{
				OriginAccessControl: access,
			}),
			ViewerProtocolPolicy:  awscloudfront.ViewerProtocolPolicy_REDIRECT_TO_HTTPS,
			AllowedMethods:        awscloudfront.AllowedMethods_ALLOW_GET_HEAD_OPTIONS(),
			CachePolicy:           awscloudfront.CachePolicy_CACHING_OPTIMIZED(),
			OriginRequestPolicy:   awscloudfront.OriginRequestPolicy_CORS_S3_ORIGIN(),
			ResponseHeadersPolicy: headers,
			Compress:              jsii.Bool(true),
		}
	}
	cdn := awscloudfront.NewDistribution(s.scope, jsii.String("Cdn"), &awscloudfront.DistributionProps{
		Comment:             jsii.String(s.env.DistributionComment()),
		PriceClass:          priceClasses[s.tier.PriceClass],
		HttpVersion:         awscloudfront.HttpVersion_HTTP2_AND_3,
		DefaultBehavior:     serve(public),
		AdditionalBehaviors: &map[string]*awscloudfront.BehaviorOptions{"/" + platform.ToolAssetsPrefix + "*": serve(tools)},
	})
	s.publish(platform.CDNDomain, cdn.DistributionDomainName())
}

var priceClasses = map[string]awscloudfront.PriceClass{
	"PriceClass_100": awscloudfront.PriceClass_PRICE_CLASS_100,
	"PriceClass_All": awscloudfront.PriceClass_PRICE_CLASS_ALL,
}

func (s stack) headersPolicy() awscloudfront.ResponseHeadersPolicy {
	const year = 365
	policy := awscloudfront.NewResponseHeadersPolicy(s.scope, jsii.String("SecurityHeaders"), &awscloudfront.ResponseHeadersPolicyProps{
		ResponseHeadersPolicyName: jsii.String(s.env.HeadersPolicyName()),
		Comment:                   jsii.String("Security headers, and CORS for the web application"),
		SecurityHeadersBehavior: &awscloudfront.ResponseSecurityHeadersBehavior{
			ContentTypeOptions: &awscloudfront.ResponseHeadersContentTypeOptions{Override: jsii.Bool(true)},
			FrameOptions: &awscloudfront.ResponseHeadersFrameOptions{
				FrameOption: awscloudfront.HeadersFrameOption_SAMEORIGIN, Override: jsii.Bool(true),
			},
			ReferrerPolicy: &awscloudfront.ResponseHeadersReferrerPolicy{
				ReferrerPolicy: awscloudfront.HeadersReferrerPolicy_STRICT_ORIGIN_WHEN_CROSS_ORIGIN, Override: jsii.Bool(true),
			},
			StrictTransportSecurity: &awscloudfront.ResponseHeadersStrictTransportSecurity{
				AccessControlMaxAge: days(year), IncludeSubdomains: jsii.Bool(true), Override: jsii.Bool(true),
			},
			// Uploaded markup must not run scripts in a visitor's browser.
			ContentSecurityPolicy: &awscloudfront.ResponseHeadersContentSecurityPolicy{
				ContentSecurityPolicy: jsii.String("script-src 'none'"), Override: jsii.Bool(true),
			},
		},
	})
	plain[awscloudfront.CfnResponseHeadersPolicy](policy).AddPropertyOverride(jsii.String("ResponseHeadersPolicyConfig.CorsConfig"), whenOrigins(map[string]any{
		"AccessControlAllowCredentials": false,
		"AccessControlAllowHeaders":     map[string]any{"Items": []string{"*"}},
		"AccessControlAllowMethods":     map[string]any{"Items": []string{"GET", "HEAD", "OPTIONS"}},
		"AccessControlAllowOrigins":     map[string]any{"Items": allowedOrigins},
		"AccessControlMaxAgeSec":        3000,
		"OriginOverride":                true,
	}))
	return policy
}

func days(n int) awscdk.Duration { return awscdk.Duration_Days(number(n)) }
