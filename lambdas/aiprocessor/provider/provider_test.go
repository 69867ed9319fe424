package provider_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
)

// transport answers requests by a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering gives the client of a provider that answers all requests alike, and
// the last request's body.
func answering(status int, header http.Header, body string) (map[string]provider.Provider, *http.Request, *bytes.Buffer) {
	asked, sent := &http.Request{}, &bytes.Buffer{}
	client := &http.Client{Transport: transport(func(r *http.Request) (*http.Response, error) {
		*asked = *r
		_, _ = sent.ReadFrom(r.Body)
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})}
	return provider.New(client, "", ""), asked, sent
}

var (
	key     = provider.Key{Secret: "sk-ant-CANARYKEY-abcdefghijklmnop", Organization: "org-1"}
	request = provider.Request{Model: "m-1", System: "be kind", Prompt: "CANARYPROMPT", MaxTokens: 5, History: []provider.Turn{
		{Role: "user", Text: "q"}, {Role: "assistant", Text: "a"},
	}}
)

// drain gives the whole answer.
func drain(ctx context.Context, p provider.Provider, key provider.Key, request provider.Request) (text string, input, output int, err error) {
	for piece, failed := range p.Stream(ctx, key, request) {
		if failed != nil {
			return text, input, output, failed
		}
		text += piece.Text
		input, output = max(input, piece.InputTokens), max(output, piece.OutputTokens)
	}
	return text, input, output, nil
}

// The streams are the examples of the providers' references, shortened.
const (
	openAIStream = `data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}

data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}

data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":null}]}

data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}

data: [DONE]

`
	anthropicStream = `event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"model":"m-1","stop_reason":null,"usage":{"input_tokens":25,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: ping
data: {"type": "ping"}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

event: message_stop
data: {"type":"message_stop"}

`
)

var eventStream = http.Header{"Content-Type": {"text/event-stream"}}

func TestRequestsAndStreamsAreThoseOfTheReferences(t *testing.T) {
	for name, test := range map[string]struct {
		stream        string
		url, header   string
		body          string
		input, output int
	}{
		provider.OpenAI: {
			openAIStream, "https://api.openai.com/v1/chat/completions", "Authorization",
			`"messages":[{"content":"be kind","role":"system"},{"content":"q","role":"user"},{"content":"a","role":"assistant"},{"content":"CANARYPROMPT","role":"user"}]`, 9, 2,
		},
		provider.Anthropic: {anthropicStream, "https://api.anthropic.com/v1/messages", "X-Api-Key", `"max_tokens":5`, 25, 15},
	} {
		all, asked, sent := answering(http.StatusOK, eventStream, test.stream)
		text, input, output, err := drain(t.Context(), all[name], key, request)
		if err != nil || text != "Hello" || input != test.input || output != test.output {
			t.Errorf("%s: got %q, %d, %d, %v", name, text, input, output, err)
		}
		if asked.URL.String() != test.url || !strings.Contains(asked.Header.Get(test.header), key.Secret) || !strings.Contains(sent.String(), test.body) || !strings.Contains(sent.String(), `"stream":true`) {
			t.Errorf("%s: asked %s with %s", name, asked.URL, sent)
		}
	}
}

func TestAStreamThatEndsTooSoonIsBroken(t *testing.T) {
	for name, stream := range map[string]string{
		provider.OpenAI:    openAIStream[:strings.Index(openAIStream, `data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},`)],
		provider.Anthropic: anthropicStream[:strings.Index(anthropicStream, "event: message_stop")],
	} {
		all, _, _ := answering(http.StatusOK, eventStream, stream)
		text, _, _, err := drain(t.Context(), all[name], key, request)
		if failed, ok := errors.AsType[*provider.Error](err); !ok || failed.Kind != provider.Broken || text != "Hello" {
			t.Errorf("%s: got %q, %v", name, text, err)
		}
	}
}

func TestErrorsSayWhatTheyMeanAndQuoteNothing(t *testing.T) {
	for name, body := range map[string]string{
		provider.OpenAI:    `{"error":{"message":"CANARYPROMPT CANARYKEY","type":"t","param":null,"code":"%s"}}`,
		provider.Anthropic: `{"type":"error","error":{"type":"%s","message":"CANARYPROMPT CANARYKEY"}}`,
	} {
		for _, test := range []struct {
			status int
			code   string
			kind   provider.Kind
		}{
			{400, "invalid_request_error", provider.BadRequest}, {401, "authentication_error", provider.KeyRefused}, {403, "permission_error", provider.KeyRefused},
			{404, "not_found_error", provider.BadRequest}, {408, "timeout", provider.Broken}, {413, "request_too_large", provider.BadRequest},
			{429, "rate_limit_error", provider.Busy}, {500, "api_error", provider.Broken}, {503, "no CANARY word", provider.Broken}, {529, "overloaded_error", provider.Broken},
		} {
			all, _, _ := answering(test.status, http.Header{"Content-Type": {"application/json"}, "Retry-After": {"7"}, "Request-Id": {"req_1"}}, fmt.Sprintf(body, test.code))
			_, _, _, err := drain(t.Context(), all[name], key, request)
			failed, ok := errors.AsType[*provider.Error](err)
			if !ok || failed.Kind != test.kind || failed.Status != test.status || failed.After != 7*time.Second || failed.RequestID != "req_1" {
				t.Errorf("%s %d: got %#v", name, test.status, err)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %s", err, err, err), "CANARY") {
				t.Errorf("%s %d: quotes: %v", name, test.status, err)
			}
		}
	}
}

func TestErrorsWithinAStreamSayWhatTheyMean(t *testing.T) {
	for event, kind := range map[string]provider.Kind{
		"overloaded_error": provider.Broken, "rate_limit_error": provider.Busy, "invalid_request_error": provider.BadRequest, "unheard_of": provider.Broken,
	} {
		all, _, _ := answering(http.StatusOK, eventStream, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\""+event+"\",\"message\":\"CANARY\"}}\n\n")
		_, _, _, err := drain(t.Context(), all[provider.Anthropic], key, request)
		if failed, ok := errors.AsType[*provider.Error](err); !ok || failed.Kind != kind || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: got %v", event, err)
		}
	}
}

// The platform's stand-ins are somebody else's reading of the same references.
func TestTheStandInsAreUnderstood(t *testing.T) {
	stand := providers.New(oracle.Host(), "secret")
	client := &http.Client{Transport: wire.Transport{Handler: stand.Handler()}}
	base := wire.LocalEndpoint + host.ProviderPath
	all := provider.New(client, base+"openai/v1", base+"anthropic")
	keys := map[string]string{provider.OpenAI: "sk-abcdefghijklmnopqrstuvwx", provider.Anthropic: "sk-ant-abcdefghijklmnopqrstuvwx"}
	for name, secret := range keys {
		for prompt, kind := range map[string]provider.Kind{
			"hello": "", "[[status 429 2]]": provider.Busy, "[[status 500]]": provider.Broken, "[[status 400]]": provider.BadRequest,
			"[[refuse]]": provider.ContentRefused, "[[cut]]": provider.Broken,
		} {
			text, input, output, err := drain(t.Context(), all[name], provider.Key{Secret: secret}, provider.Request{Model: "m", Prompt: prompt})
			failed, _ := errors.AsType[*provider.Error](err)
			if kind == "" && (err != nil || text == "" || input == 0 || output == 0) || kind != "" && (failed == nil || failed.Kind != kind) {
				t.Errorf("%s %s: got %q, %d, %d, %v", name, prompt, text, input, output, err)
			}
		}
		_, _, _, err := drain(t.Context(), all[name], provider.Key{Secret: secret + "revoked"}, provider.Request{Model: "m", Prompt: "hello"})
		if failed, ok := errors.AsType[*provider.Error](err); !ok || failed.Kind != provider.KeyRefused {
			t.Errorf("%s: a revoked key got %v", name, err)
		}
	}
}
