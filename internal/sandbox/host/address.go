package host

import "strings"

// ownPath begins the paths below Endpoint that are not of an AWS API but stand for
// addresses of AWS's own: no AWS operation has one like it.
const ownPath = "/_aws/"

// The places below an endpoint that stand for other host names.
const (
	// ExecuteAPIPath is followed by an API's id and stage.
	ExecuteAPIPath = ownPath + "execute-api/"
	// ProviderPath is followed by a provider's name: "openai", "clerk".
	ProviderPath = ownPath + "providers/"
)

// ExecuteAPI is the base URL of an API's data plane, without the stage and without
// a trailing slash.
func (h *Host) ExecuteAPI(apiID string) string { return h.Endpoint + ExecuteAPIPath + apiID }

// WebSocketAPI is ExecuteAPI with the scheme of WebSockets.
func (h *Host) WebSocketAPI(apiID string) string {
	return "ws" + strings.TrimPrefix(h.ExecuteAPI(apiID), "http")
}

// Provider is the base URL of a provider's stand-in, without a trailing slash.
func (h *Host) Provider(name string) string { return h.Endpoint + ProviderPath + name }
