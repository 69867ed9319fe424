package platform

// Variable is one environment variable of the Next.js application, as the seed
// lists them.
type Variable struct {
	Name string
	// Comment is for a reader of the .env file; empty where the name says it.
	Comment string
	// Source says where the value comes from.
	Source VariableSource
	// Of is what the source needs: a Contract, Queue, Bucket, Secret path or literal.
	Of string
	// Part is the part of the source's value that is meant; empty for the whole.
	Part VariablePart
	// LocalOnly and DevelopmentOnly variables are left out elsewhere.
	LocalOnly, DevelopmentOnly bool
}

// VariablePart is a part of a value of the form "host:port".
type VariablePart string

// The two parts.
const (
	Host VariablePart = "host"
	Port VariablePart = "port"
)

// VariableSource is a kind of place that a variable's value comes from.
type VariableSource string

const (
	// FromRegion is the environment's region.
	FromRegion VariableSource = "region"
	// FromLiteral is Of itself.
	FromLiteral VariableSource = "literal"
	// FromTable is the table's name.
	FromTable VariableSource = "table"
	// FromEndpoint is the endpoint URL of the AWS service that Of names.
	FromEndpoint VariableSource = "endpoint"
	// FromContract is the contract value that Of names.
	FromContract VariableSource = "contract"
	// FromQueue is the URL of the queue that Of names.
	FromQueue VariableSource = "queue"
	// FromBucket is the name of the bucket that Of names.
	FromBucket VariableSource = "bucket"
	// FromSecret is a secret value: a file gets a reference to it, never the value.
	FromSecret VariableSource = "secret"
	// FromCredentials is a part of the application's access key, which keyvex
	// does not know outside the local environment.
	FromCredentials VariableSource = "credentials"
	// FromAPIKey is the REST API's key, which keyvex reads in the local environment
	// alone.
	FromAPIKey VariableSource = "apiKey"
	// FromOwner is a value that only the application's owner has.
	FromOwner VariableSource = "owner"
)

// VariableGroup is a group of variables under one heading.
type VariableGroup struct {
	Title     string
	Variables []Variable
}

// DebugUser is the seed's user of an application that signs nobody in.
const DebugUser = "debug-user-123"

const redisComment = "in private subnets: a Vercel application cannot connect to it"

// VariableGroups is the seed's whole block, in its order and groups.
var VariableGroups = []VariableGroup{
	{"AWS Configuration", []Variable{
		{Name: "AWS_REGION", Source: FromRegion},
		{Name: "AWS_ACCESS_KEY_ID", Source: FromCredentials, Of: "id", Comment: "access key of the application's user"},
		{Name: "AWS_SECRET_ACCESS_KEY", Source: FromCredentials, Of: "secret"},
		{Name: "AWS_ENDPOINT_URL", Source: FromEndpoint, LocalOnly: true, Comment: "the local platform, instead of AWS"},
	}},
	{"DynamoDB", []Variable{
		{Name: "DYNAMODB_TABLE_NAME", Source: FromTable},
		{Name: "DYNAMODB_ENDPOINT", Source: FromEndpoint, Of: "dynamodb"},
	}},
	{"ElastiCache Redis", []Variable{
		{Name: "REDIS_ENDPOINT", Source: FromContract, Of: string(RedisEndpoint), Part: Host, Comment: redisComment},
		{Name: "REDIS_PORT", Source: FromContract, Of: string(RedisEndpoint), Part: Port, Comment: redisComment},
	}},
	{"SQS Queues", []Variable{
		{Name: "SQS_AI_PROCESSING_QUEUE_URL", Source: FromQueue, Of: string(AIProcessing)},
		{Name: "SQS_ANALYTICS_QUEUE_URL", Source: FromQueue, Of: string(Analytics)},
		{Name: "SQS_EMAIL_QUEUE_URL", Source: FromQueue, Of: string(Email)},
	}},
	{"S3 Storage", []Variable{
		{Name: "S3_USER_UPLOADS_BUCKET", Source: FromBucket, Of: string(UserUploads)},
		{Name: "S3_PUBLIC_ASSETS_BUCKET", Source: FromBucket, Of: string(PublicAssets)},
		{Name: "S3_TOOL_ASSETS_BUCKET", Source: FromBucket, Of: string(ToolAssets)},
	}},
	{"CloudFront", []Variable{
		{Name: "CLOUDFRONT_DOMAIN", Source: FromContract, Of: string(CDNDomain)},
	}},
	{"API Gateway", []Variable{
		{Name: "WEBSOCKET_API_ENDPOINT", Source: FromContract, Of: string(WebSocketEndpoint)},
		{Name: "REST_API_ENDPOINT", Source: FromContract, Of: string(RESTEndpoint)},
		{Name: "REST_API_KEY", Source: FromAPIKey, Comment: "for the server side alone, in the header x-api-key"},
	}},
	{"Secrets Manager", []Variable{
		{Name: "SECRETS_MANAGER_REGION", Source: FromRegion},
		{Name: "AI_SECRETS_ARN", Source: FromContract, Of: string(AISecretARN)},
		{Name: "INTEGRATION_SECRETS_ARN", Source: FromContract, Of: string(IntegrationsSecretARN)},
		{Name: "DATABASE_SECRETS_ARN", Source: FromContract, Of: string(DatabaseSecretARN)},
	}},
	{"Existing Variables (keep current values)", []Variable{
		{Name: "NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY", Source: FromOwner},
		{Name: "CLERK_SECRET_KEY", Source: FromOwner},
		{Name: "OPENAI_API_KEY", Source: FromSecret, Of: "ai.openai_api_key"},
		{Name: "ANTHROPIC_API_KEY", Source: FromSecret, Of: "ai.anthropic_api_key"},
		{Name: "STRIPE_SECRET_KEY", Source: FromSecret, Of: "integrations.stripe_secret_key"},
		{Name: "UNSPLASH_ACCESS_KEY", Source: FromSecret, Of: "integrations.unsplash_access_key"},
	}},
	{"Debug Configuration (development only)", []Variable{
		{Name: "DISABLE_AUTH_FOR_DEBUG", Source: FromLiteral, Of: "true", DevelopmentOnly: true},
		{Name: "DEBUG_USER_ID", Source: FromLiteral, Of: DebugUser, DevelopmentOnly: true},
		{Name: "ENABLE_METRICS_TRACKING", Source: FromLiteral, Of: "true", DevelopmentOnly: true},
	}},
}
