package platform

// Contract is the key of a value that one stack publishes in Parameter Store and
// others read, below "/keyvex/{env}/".
type Contract string

// The ten contract values: GetParameters takes at most ten names, so that one
// call reads them all.
const (
	AISecretARN           Contract = "security/ai-secret-arn"
	IntegrationsSecretARN Contract = "security/integrations-secret-arn"
	DatabaseSecretARN     Contract = "security/database-secret-arn"
	RedisEndpoint         Contract = "database/redis-endpoint"
	SubnetIDs             Contract = "database/subnet-ids"
	FunctionSecurityGroup Contract = "database/function-security-group"
	CDNDomain             Contract = "storage/cdn-domain"
	WebSocketEndpoint     Contract = "api/websocket-endpoint"
	WebSocketAPIID        Contract = "api/websocket-api-id"
	RESTEndpoint          Contract = "api/rest-endpoint"
)

// ContractSpec says who publishes a value, who reads it at deploy time, and what it is.
type ContractSpec struct {
	Key   Contract
	Owner Stack
	// Readers have a template parameter of the SSM type for it, named by Parameter.
	Readers []Stack
	// Parameter is the logical id of that template parameter.
	Parameter   string
	Description string
}

// Contracts lists all contract values, in the order of their owners.
var Contracts = []ContractSpec{
	{AISecretARN, Security, nil, "AiSecretArn", "ARN of the secret with the AI providers' keys"},
	{IntegrationsSecretARN, Security, nil, "IntegrationsSecretArn", "ARN of the secret with the integrations' keys"},
	{DatabaseSecretARN, Security, nil, "DatabaseSecretArn", "ARN of the secret with the encryption key and the Redis AUTH token"},
	{RedisEndpoint, Database, []Stack{Compute}, "RedisEndpoint", "host name and port of the Redis primary"},
	{SubnetIDs, Database, []Stack{Compute}, "SubnetIds", "ids of the isolated subnets, separated by commas"},
	{FunctionSecurityGroup, Database, []Stack{Compute}, "FunctionSecurityGroup", "id of the security group of functions that use Redis"},
	{CDNDomain, Storage, nil, "CdnDomain", "domain name of the CloudFront distribution"},
	{WebSocketEndpoint, API, nil, "WebSocketEndpoint", "wss:// URL of the WebSocket API's stage"},
	{WebSocketAPIID, API, []Stack{Monitoring}, "WebSocketApiId", "id of the WebSocket API"},
	{RESTEndpoint, API, nil, "RestEndpoint", "https:// URL of the REST API's stage"},
}

// Spec finds the contract value's specification.
func (c Contract) Spec() ContractSpec {
	for _, spec := range Contracts {
		if spec.Key == c {
			return spec
		}
	}
	return ContractSpec{}
}

// ParameterPath is the Parameter Store path below which an environment's contract stands.
func (e Environment) ParameterPath() string { return "/keyvex/" + e.Name }

// ParameterName is the full Parameter Store name of a contract value.
func (e Environment) ParameterName(c Contract) string { return e.ParameterPath() + "/" + string(c) }

// ReadsOf lists the contract values that a stack reads at deploy time.
func ReadsOf(s Stack) []ContractSpec {
	var out []ContractSpec
	for _, spec := range Contracts {
		for _, reader := range spec.Readers {
			if reader == s {
				out = append(out, spec)
			}
		}
	}
	return out
}
