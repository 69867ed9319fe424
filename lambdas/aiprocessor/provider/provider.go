// Package provider calls AI providers: one interface, and OpenAI and Anthropic
// behind it through their official SDKs. No error of this package quotes what was
// asked or answered, nor a key.
package provider

import (
	"context"
	"iter"
	"net/http"
)

// Provider answers requests.
type Provider interface {
	// Stream asks and gives the answer piece by piece as it comes. It ends after the
	// last piece, or with an *Error. It tries once: the queue tries again.
	Stream(ctx context.Context, key Key, request Request) iter.Seq2[Piece, error]
}

// Key is what a provider lets its callers in with.
type Key struct {
	Secret string
	// Organization may be empty.
	Organization string
}

// Request is what a provider is asked.
type Request struct {
	Model string
	// System may be empty, History too.
	System  string
	History []Turn
	Prompt  string
	// MaxTokens bounds the answer; 0 leaves it to the provider, or to
	// DefaultMaxTokens where a provider wants a bound.
	MaxTokens int
	// Temperature is nil to leave it to the model: some take no other than theirs.
	Temperature *float64
}

// Turn is an earlier message of the conversation.
type Turn struct {
	// Role is "user" or "assistant".
	Role string `json:"role"`
	Text string `json:"text"`
}

// RoleAssistant marks the turns that a model wrote.
const RoleAssistant = "assistant"

// DefaultMaxTokens bounds an answer where the job names no bound and the provider
// wants one.
const DefaultMaxTokens = 8192

// Piece is a part of an answer.
type Piece struct {
	Text string
	// InputTokens and OutputTokens are what the whole took; they come with a late
	// piece, which may have no text.
	InputTokens, OutputTokens int
}

// The providers' names in a job.
const (
	OpenAI    = "openai"
	Anthropic = "anthropic"
)

// Choice is what a job gets that does not say.
type Choice struct {
	// Model is asked when the job names none.
	Model string
	// SecretKey is the key of the AI secret with the provider's API key.
	SecretKey string
	// OrganizationKey is the one with the organization, empty for none.
	OrganizationKey string
}

// Default is the provider of jobs that name none.
const Default = OpenAI

// Choices are the providers. The models are the small ones of their SDKs' model
// lists: cheap and fast unless the job asks for more.
var Choices = map[string]Choice{
	OpenAI:    {Model: "gpt-5.4-mini", SecretKey: "openai_api_key", OrganizationKey: "openai_organization"},
	Anthropic: {Model: "claude-haiku-5-5", SecretKey: "anthropic_api_key"},
}

// New makes the providers. A base URL that is empty is the provider's own.
func New(client *http.Client, openAIBase, anthropicBase string) map[string]Provider {
	return map[string]Provider{OpenAI: newOpenAI(client, openAIBase), Anthropic: newAnthropic(client, anthropicBase)}
}
