// Package providers stands in for the services that Keyvex's functions call:
// OpenAI, Anthropic, SendGrid and Clerk, in their own wire formats and without
// their prices. Answers are a function of the request.
//
// Below host.ProviderPath are
//
//	openai/v1/responses, openai/v1/chat/completions, openai/v1/models
//	anthropic/v1/messages, anthropic/v1/models
//	sendgrid/v3/mail/send, and sendgrid/v3/mails (ours): the last mails taken
//	clerk/.well-known/jwks.json, and clerk/tokens (ours): a session token
//
// A key must look like one of its provider (package platform knows how) and not
// contain "revoked"; any other is refused as the provider refuses it.
//
// # Directives
//
// The last message of a prompt may say what is to go wrong:
//
//	[[status 500]]       answer with that status and the provider's error for it
//	[[status 429 2]]     the same, with retry-after: 2
//	[[once status 503]]  only the first time that this very prompt is seen
//	[[stall 30s]]        wait before the first token
//	[[slow 50ms]]        wait before every piece
//	[[cut]]              drop the connection midway
//	[[refuse]]           refuse the content: a refusal for an answer (OpenAI, with
//	                     finish_reason content_filter in a chat completion),
//	                     stop_reason refusal (Anthropic)
//	[[words 400]]        answer with so many words, 10000 at most
//
// SendGrid looks at the recipients: one whose address begins with bounce@ or
// refused@ is answered with 400, busy@ with 429, down@ with 503.
package providers

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// Service is the stand-ins of all providers.
type Service struct {
	host *host.Host
	// secret is what callers must bear to have a session token made.
	secret string
	keys   *state.Map[signingKey]

	// signing guards the making of Clerk's key.
	signing sync.Mutex

	mu    sync.Mutex
	calls map[string]int
	// seen are the prompts that said "once".
	seen  map[string]bool
	mails []Mail
}

// New makes the stand-ins. The secret is for callers that want session tokens.
func New(h *host.Host, secret string) *Service {
	return &Service{
		host: h, secret: secret, keys: state.NewMap[signingKey](h.State, "providers.clerk"),
		calls: map[string]int{}, seen: map[string]bool{},
	}
}

// Calls is how many requests a provider ("openai", "anthropic", "sendgrid",
// "clerk") has had since the start, refused ones included.
func (s *Service) Calls(provider string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[provider]
}

// Handler serves what is below host.ProviderPath, with that path still in place.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /openai/v1/responses", s.responses)
	mux.HandleFunc("POST /openai/v1/chat/completions", s.completions)
	mux.HandleFunc("GET /openai/v1/models", s.openAIModels)
	mux.HandleFunc("POST /anthropic/v1/messages", s.messages)
	mux.HandleFunc("GET /anthropic/v1/models", s.anthropicModels)
	mux.HandleFunc("POST /sendgrid/v3/mail/send", s.sendMail)
	mux.HandleFunc("GET /sendgrid/v3/mails", s.listMails)
	mux.HandleFunc("GET /clerk/.well-known/jwks.json", s.keySet)
	mux.HandleFunc("POST /clerk/tokens", s.mintToken)
	return http.StripPrefix(strings.TrimSuffix(host.ProviderPath, "/"), s.counted(mux))
}

// Refuse answers with an error of the provider, as when it cannot take a request.
func (s *Service) Refuse(w http.ResponseWriter, provider string, status int) {
	const why = "The local platform was told to let this fail."
	switch provider {
	case "openai":
		openAIError(w, status, openAIFault{Message: why})
	case "anthropic":
		anthropicError(w, "req_refused", status, why)
	default:
		answer(w, status, object{"errors": []object{{"message": why}}})
	}
}

func (s *Service) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		provider, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		s.mu.Lock()
		s.calls[provider]++
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// accepts reports whether a key looks like the provider's and is in use.
func accepts(path, key string) bool {
	format, ok := platform.FindSecretKey(path)
	return ok && format.Validate(key) == nil && !strings.Contains(key, "revoked")
}

func bearer(r *http.Request) string {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return token
}

// maxBody is how much of a request is read, in bytes.
const maxBody = 8 << 20

func decode(w http.ResponseWriter, r *http.Request, into any) error {
	return json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(into)
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone
}
