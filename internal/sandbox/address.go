package sandbox

import "github.com/keyvex/keyvex/internal/sandbox/host"

// The names of the stand-ins below host.ProviderPath.
const (
	openAI    = "openai"
	anthropic = "anthropic"
	sendGrid  = "sendgrid"
	clerk     = "clerk"
)

// ClerkIssuer is the issuer whose session tokens a local platform at that endpoint
// signs itself.
func ClerkIssuer(endpoint string) string {
	return (&host.Host{Endpoint: endpoint}).Provider(clerk)
}
