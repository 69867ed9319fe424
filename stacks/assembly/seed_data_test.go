package assembly_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

const tableHeading = "DynamoDB Single-Table Design"

var tableClaims = func() map[requirement]func(*testing.T, estate) {
	claims := map[requirement]func(*testing.T, estate){
		{tableHeading, "**Table Name**: `keyvex-main-table-{environment}`"}: func(t *testing.T, e estate) {
			e.want(t, platform.Database, "MainTable", "TableName", "keyvex-main-table-"+e.env.Name)
		},
		{tableHeading, "- Partition Key: `PK` (String)"}:                   keys("", "PK", "HASH", 0),
		{tableHeading, "- Sort Key: `SK` (String)"}:                        keys("", "SK", "RANGE", 1),
		{tableHeading, "- **GSI1**: `GSI1PK` (String), `GSI1SK` (String)"}: index(0, "GSI1"),
		{tableHeading, "- **GSI2**: `GSI2PK` (String), `GSI2SK` (String)"}: index(1, "GSI2"),
	}
	for _, line := range requirements() {
		if entity.MatchString(line.line) {
			claims[line] = entityFits(line.line)
		}
	}
	return claims
}()

// entity is a line of the seed's Entity Types, "Users: `PK: ...`, `SK: ...`".
var entity = regexp.MustCompile("^- [A-Za-z ]+: `([A-Z]+): ([^`]+)`, `([A-Z]+): ([^`]+)`$")

// entityFits demands that the attributes which the entity names are the table's
// whole key: then every such item can be stored and found.
func entityFits(line string) func(*testing.T, estate) {
	parts := entity.FindStringSubmatch(line)
	return func(t *testing.T, e estate) {
		keys("", parts[1], "HASH", 0)(t, e)
		keys("", parts[3], "RANGE", 1)(t, e)
		e.want(t, platform.Database, "MainTable", "KeySchema.2", nil)
	}
}

// keys demands one element of a key schema, below a prefix, and that it is a String.
func keys(prefix, attribute, kind string, position int) func(*testing.T, estate) {
	return func(t *testing.T, e estate) {
		element := fmt.Sprintf("%sKeySchema.%d.", prefix, position)
		e.want(t, platform.Database, "MainTable", element+"AttributeName", attribute)
		e.want(t, platform.Database, "MainTable", element+"KeyType", kind)
		definition := map[string]any{"AttributeName": attribute, "AttributeType": "S"}
		if all := fmt.Sprint(e.get(t, platform.Database, "MainTable", "AttributeDefinitions")); !strings.Contains(all, fmt.Sprint(definition)) {
			t.Errorf("%s is no String in %s", attribute, all)
		}
	}
}

func index(position int, name string) func(*testing.T, estate) {
	prefix := fmt.Sprintf("GlobalSecondaryIndexes.%d.", position)
	return func(t *testing.T, e estate) {
		e.want(t, platform.Database, "MainTable", prefix+"IndexName", name)
		e.want(t, platform.Database, "MainTable", prefix+"Projection.ProjectionType", "ALL")
		keys(prefix, name+"PK", "HASH", 0)(t, e)
		keys(prefix, name+"SK", "RANGE", 1)(t, e)
	}
}

var bucketClaims = map[requirement]func(*testing.T, estate){
	{"User Uploads Bucket", "- **Purpose**: Private storage for user-uploaded files"}: func(t *testing.T, e estate) {
		isClosed(t, e, "UserUploads")
		e.want(t, platform.Storage, "UserUploads", "CorsConfiguration.CorsRules.0.AllowedMethods", "[GET HEAD PUT POST]")
	},
	{"User Uploads Bucket", "- **Versioning**: Enabled"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "UserUploads", "VersioningConfiguration.Status", "Enabled")
	},
	{"User Uploads Bucket", "- **Lifecycle**: Transition to IA after 30 days, Glacier after 90 days"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "UserUploads", "LifecycleConfiguration.Rules.0.Transitions",
			"[map[StorageClass:STANDARD_IA TransitionInDays:30] map[StorageClass:GLACIER TransitionInDays:90]]")
	},
	{"User Uploads Bucket", "- **Access**: Authenticated users only"}: func(t *testing.T, e estate) {
		readers(t, e, "UserUploads")
		applicationUses(t, e, "user-uploads")
	},
	{"Public Assets Bucket", "- **Purpose**: Publicly accessible files served via CloudFront"}: func(t *testing.T, e estate) {
		isServed(t, e, "DefaultCacheBehavior", "PublicAssets")
	},
	{"Public Assets Bucket", "- **Versioning**: Disabled"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "PublicAssets", "VersioningConfiguration", nil)
	},
	{"Public Assets Bucket", "- **Access**: Via CloudFront distribution only"}: func(t *testing.T, e estate) {
		isClosed(t, e, "PublicAssets")
		readers(t, e, "PublicAssets", "cloudfront.amazonaws.com")
	},
	{"Tool Assets Bucket", "- **Purpose**: Tool-specific assets like generated images and PDFs"}: func(t *testing.T, e estate) {
		isClosed(t, e, "ToolAssets")
		applicationUses(t, e, "tool-assets")
		if objects := allowed(e.get(t, platform.Security, "AiProcessorRole", "Policies.0.PolicyDocument"), "s3:PutObject"); len(objects) > 0 {
			t.Errorf("the AI processor, which answers with text alone, may write %v", objects)
		}
	},
	{"Tool Assets Bucket", "- **Versioning**: Enabled"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "ToolAssets", "VersioningConfiguration.Status", "Enabled")
	},
	{"Tool Assets Bucket", "- **Lifecycle**: Cleanup old versions after 30 days"}: func(t *testing.T, e estate) {
		e.want(t, platform.Storage, "ToolAssets", "LifecycleConfiguration.Rules.0.NoncurrentVersionExpiration.NoncurrentDays", 30)
	},
	{"Tool Assets Bucket", "- **Access**: Authenticated users and CloudFront"}: func(t *testing.T, e estate) {
		readers(t, e, "ToolAssets", "cloudfront.amazonaws.com")
		isServed(t, e, "CacheBehaviors.0", "ToolAssets")
		applicationUses(t, e, "tool-assets")
	},
}

// isClosed demands that nothing can make the bucket public.
func isClosed(t *testing.T, e estate, bucket string) {
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		e.want(t, platform.Storage, bucket, "PublicAccessBlockConfiguration."+block, true)
	}
	e.want(t, platform.Storage, bucket, "OwnershipControls.Rules.0.ObjectOwnership", "BucketOwnerEnforced")
}

// readers demands to whom the bucket's policy opens it: services, each bound to the
// distribution.
func readers(t *testing.T, e estate, bucket string, services ...string) {
	var open []string
	for _, statement := range statements(e.get(t, platform.Storage, bucket+"/Policy", "PolicyDocument")) {
		if statement["Effect"] != "Allow" {
			continue
		}
		open = append(open, fmt.Sprint(dig(statement, "Principal.Service")))
		distribution := "arn:aws:cloudfront::" + account + ":distribution/<Storage." + e.id(t, platform.Storage, "Cdn") + ">"
		if got := dig(statement, "Condition.StringEquals"); fmt.Sprint(got) != fmt.Sprint(map[string]any{"AWS:SourceArn": distribution}) {
			t.Errorf("%s is open on the condition %v", bucket, got)
		}
		if got := statement["Action"]; got != "s3:GetObject" {
			t.Errorf("%s is open for %v", bucket, got)
		}
	}
	if !slices.Equal(open, services) {
		t.Errorf("%s is open to %v, want %v", bucket, open, services)
	}
}

// isServed demands that a behaviour of the distribution leads to the bucket through
// the origin access control.
func isServed(t *testing.T, e estate, behavior, bucket string) {
	target := e.get(t, platform.Storage, "Cdn", "DistributionConfig."+behavior+".TargetOriginId")
	domain := "<Storage." + e.id(t, platform.Storage, bucket) + ".RegionalDomainName>"
	control := "<Storage." + e.id(t, platform.Storage, "OriginAccessControl") + ".Id>"
	for _, origin := range e.get(t, platform.Storage, "Cdn", "DistributionConfig.Origins").([]any) {
		if dig(origin, "Id") == target && dig(origin, "DomainName") == domain && dig(origin, "OriginAccessControlId") == control {
			return
		}
	}
	t.Errorf("%s does not lead to %s", behavior, bucket)
}

// applicationUses demands that the application, which signs URLs for users that it
// has authenticated, may read and write the bucket's objects.
func applicationUses(t *testing.T, e estate, bucket string) {
	objects := "arn:aws:s3:::keyvex-" + bucket + "-" + e.env.Name + "-" + account + "/*"
	policy := e.get(t, platform.Security, "ApplicationPolicy", "PolicyDocument")
	for _, action := range []string{"s3:GetObject", "s3:PutObject"} {
		if !slices.Contains(allowed(policy, action), objects) {
			t.Errorf("the application may not %s on %s", action, objects)
		}
	}
}

// allowed lists the resources on which a document allows an action.
func allowed(document any, action string) []string {
	var resources []string
	for _, statement := range statements(document) {
		if statement["Effect"] == "Allow" && slices.Contains(texts(statement["Action"]), action) {
			resources = append(resources, texts(statement["Resource"])...)
		}
	}
	return resources
}
