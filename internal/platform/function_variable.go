package platform

// The environment variables of the functions, set by the Compute stack and read
// by the handlers. Every function has the first six.
const (
	// FunctionEnvironment is the environment's name.
	FunctionEnvironment = "KEYVEX_ENV"
	// FunctionTier is the environment's tier.
	FunctionTier = "KEYVEX_TIER"
	// FunctionStage is the name of both APIs' stages.
	FunctionStage = "KEYVEX_STAGE"
	// FunctionTable is the DynamoDB table's name.
	FunctionTable = "KEYVEX_TABLE"
	// FunctionParameterPath is where the contract values stand in Parameter Store.
	FunctionParameterPath = "KEYVEX_PARAMETER_PATH"
	// FunctionBuild is the hash of the function's bundle.
	FunctionBuild = "KEYVEX_BUILD"

	// FunctionQueueURL is the URL of the queue that triggers the function.
	FunctionQueueURL = "KEYVEX_QUEUE_URL"
	// FunctionSecret is the name of the secret that the function reads.
	FunctionSecret = "KEYVEX_SECRET"
	// FunctionRedisEndpoint and FunctionRedisPort address Redis.
	FunctionRedisEndpoint = "KEYVEX_REDIS_ENDPOINT"
	// FunctionRedisPort is Redis's port.
	FunctionRedisPort = "KEYVEX_REDIS_PORT"
	// FunctionClerkIssuer is the issuer of session tokens, empty to refuse all.
	FunctionClerkIssuer = "KEYVEX_CLERK_ISSUER"
	// FunctionClerkJWKS is where the issuer's keys are; empty for its well-known
	// place, {issuer}/.well-known/jwks.json.
	FunctionClerkJWKS = "KEYVEX_CLERK_JWKS"
	// FunctionClerkAudience is what a token's "aud" must hold; empty to ask for none.
	FunctionClerkAudience = "KEYVEX_CLERK_AUDIENCE"
	// FunctionDebugUser is whom a connection without a token belongs to; empty to
	// refuse it. The production tier's template does not have it.
	FunctionDebugUser = "KEYVEX_DEBUG_USER"
	// FunctionMailFrom is the sender of mails.
	FunctionMailFrom = "KEYVEX_MAIL_FROM"
	// FunctionCORSOrigins lists the web application's origins, comma separated.
	FunctionCORSOrigins = "KEYVEX_CORS_ORIGINS"
)

// FunctionMarker is the variable that makes a process of the keyvex binary a function,
// on the local platform alone; its value is the function's short name.
const FunctionMarker = "KEYVEX_FUNCTION"

// ReadsSecret is the secret that the function reads; ok is false for one that
// reads none.
func (f Function) ReadsSecret() (secret Secret, ok bool) {
	for _, key := range secretKeys {
		for _, reader := range key.Functions {
			if reader == f {
				return key.Secret, true
			}
		}
	}
	return "", false
}
