package sandbox

import (
	"strings"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

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

// addressed begin the names of the maps with addresses of this platform in them that
// are not computed when they are asked for: what stacks were told, and what they
// told others.
var addressed = []string{"cloudformation/", "lambda.function", "ssm."}

// readdress moves addresses along when the platform listens elsewhere than it did
// last: the port it had may be somebody else's by now.
func readdress(store *state.Store, endpoint string) {
	const key = "endpoint"
	last := state.NewMap[string](store, "sandbox.address")
	was, known := last.Get(key)
	if known && was != endpoint {
		store.Replace(addressed, hostOf(was)+"/", hostOf(endpoint)+"/")
	}
	if was != endpoint {
		last.Set(key, endpoint)
	}
}

// hostOf is the host and port of a URL, for the schemes http and ws have it in common.
func hostOf(endpoint string) string {
	_, address, _ := strings.Cut(endpoint, "://")
	return "//" + address
}

// ProviderBase is the base URL of a provider's stand-in, of which not every provider has
// one, at a local platform.
func ProviderBase(endpoint, provider string) string {
	return (&host.Host{Endpoint: endpoint}).Provider(provider)
}
