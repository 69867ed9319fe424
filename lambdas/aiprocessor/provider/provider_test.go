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
	request = provider.Request{Model: "m-1", System: "be kind", Prompt: "CANARYPROMPT", MaxTokens: 50, History: []provider.Turn{
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
	openAIStream = `event: response.created
data: {"type":"response.created","response":{"id":"resp_1","object":"response","status":"in_progress","error":null,"incomplete_details":null,"model":"m-1","output":[],"usage":null},"sequence_number":0}

event: response.output_item.added
data: {"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","status":"in_progress","type":"message","role":"assistant","content":[]},"sequence_number":1}

event: response.content_part.added
data: {"type":"response.content_part.added","item_id":"msg_1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]},"sequence_number":2}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hel","sequence_number":3}

event: response.output_text.delta
data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"lo","sequence_number":4}

event: response.output_text.done
data: {"type":"response.output_text.done","item_id":"msg_1","output_index":0,"content_index":0,"text":"Hello","sequence_number":5}

event: response.completed
data: {"type":"response.completed","response":{"id":"resp_1","object":"response","status":"completed","error":null,"incomplete_details":null,"model":"m-1","output":[{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hello","annotations":[]}]}],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":0},"output_tokens":2,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":11}},"sequence_number":6}

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
			openAIStream, "https://api.openai.com/v1/responses", "Authorization",
			`{"instructions":"be kind","max_output_tokens":50,"store":false,"input":[{"content":"q","role":"user"},{"content":"a","role":"assistant"},{"content":"CANARYPROMPT","role":"user"}],"model":"m-1"`, 9, 2,
		},
		provider.Anthropic: {anthropicStream, "https://api.anthropic.com/v1/messages", "X-Api-Key", `"max_tokens":50`, 25, 15},
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
		provider.OpenAI:    openAIStream[:strings.Index(openAIStream, "event: response.completed")],
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
		ends(t, provider.Anthropic, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\""+event+"\",\"message\":\"CANARY\"}}\n\n", kind)
	}
	for code, kind := range map[string]provider.Kind{
		"server_error": provider.Broken, "rate_limit_exceeded": provider.Busy, "invalid_prompt": provider.BadRequest, "unheard_of": provider.Broken,
		"insufficient_quota": provider.Busy, "invalid_api_key": provider.KeyRefused, "bio_policy": provider.ContentRefused,
	} {
		for _, event := range []string{
			`{"type":"error","code":"` + code + `","message":"CANARY","param":null,"sequence_number":1}`,
			`{"type":"error","error":{"type":null,"code":"` + code + `","message":"CANARY","param":null},"sequence_number":1}`,
			`{"type":"error","error":{"type":"` + code + `","code":null,"message":"CANARY","param":null},"sequence_number":1}`,
			`{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"` + code + `","message":"CANARY"}},"sequence_number":1}`,
		} {
			ends(t, provider.OpenAI, "data: "+event+"\n\n", kind)
		}
	}
}

// ends holds what a stream that brings nothing else means; no kind means no error.
func ends(t *testing.T, name, stream string, kind provider.Kind) {
	t.Helper()
	header := eventStream.Clone()
	header.Set("X-Request-Id", "req_1")
	all, _, _ := answering(http.StatusOK, header, stream)
	_, _, _, err := drain(t.Context(), all[name], key, request)
	failed, ok := errors.AsType[*provider.Error](err)
	if kind == "" && err != nil || kind != "" && (!ok || failed.Kind != kind || strings.Contains(err.Error(), "CANARY")) {
		t.Errorf("%s %s: got %v, want %q", name, stream, err, kind)
	}
}

func TestAnAnswerOfOpenAIMayBeRefusedOrEndEarly(t *testing.T) {
	for event, kind := range map[string]provider.Kind{
		`{"type":"response.refusal.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"CANARY","sequence_number":1}`:                             provider.ContentRefused,
		`{"type":"response.refusal.done","item_id":"item-abc","output_index":1,"content_index":2,"refusal":"CANARY","sequence_number":1}`:                         provider.ContentRefused,
		`{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"}},"sequence_number":1}`:    provider.ContentRefused,
		`{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}},"sequence_number":1}`: "",
	} {
		ends(t, provider.OpenAI, "data: "+event+"\n\n", kind)
	}
}

// What stands between us and a provider answers in words of its own.
func TestAnErrorWithoutTheProvidersShapeMeansWhatItsStatusDoes(t *testing.T) {
	for status, kind := range map[int]provider.Kind{
		400: provider.BadRequest, 403: provider.KeyRefused, 413: provider.BadRequest, 429: provider.Busy, 502: provider.Broken, 504: provider.Broken,
	} {
		for _, body := range []string{"<html>CANARY</html>", "", `{"error":"CANARY"}`, `{"error":{"code":7}}`, `{"detail":"CANARY"}`} {
			all, _, _ := answering(status, http.Header{"Content-Type": {"text/html"}, "Retry-After": {"3"}}, body)
			for name := range provider.Choices {
				_, _, _, err := drain(t.Context(), all[name], key, request)
				failed, ok := errors.AsType[*provider.Error](err)
				if !ok || failed.Kind != kind || failed.Status != status || failed.After != 3*time.Second || strings.Contains(err.Error(), "CANARY") {
					t.Errorf("%s %d %s: got %v", name, status, body, err)
				}
			}
		}
	}
}

func TestACallThatIsGivenUpOrNeverArrivesIsBroken(t *testing.T) {
	lost := errors.New("CANARY: connection refused")
	all := provider.New(&http.Client{Transport: transport(func(*http.Request) (*http.Response, error) { return nil, lost })}, "", "")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name := range provider.Choices {
		_, _, _, err := drain(t.Context(), all[name], key, request)
		if failed, ok := errors.AsType[*provider.Error](err); !ok || failed.Kind != provider.Broken || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: a lost connection got %v", name, err)
		}
		_, _, _, err = drain(gone, all[name], key, request)
		if failed, ok := errors.AsType[*provider.Error](err); !ok || failed.Kind != provider.Broken || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: a call given up got %v", name, err)
		}
	}
}

// OpenAI refuses max_output_tokens below 16 with integer_below_min_value.
func TestABoundBelowOpenAIsLeastIsRaisedToIt(t *testing.T) {
	for tokens, want := range map[int]string{1: `"max_output_tokens":16,`, 16: `"max_output_tokens":16,`, 17: `"max_output_tokens":17,`} {
		all, _, sent := answering(http.StatusOK, eventStream, openAIStream)
		asked := request
		asked.MaxTokens, asked.Temperature = tokens, new(0.5)
		if _, _, _, err := drain(t.Context(), all[provider.OpenAI], key, asked); err != nil || !strings.Contains(sent.String(), want) || !strings.Contains(sent.String(), `"temperature":0.5`) {
			t.Errorf("%d tokens: asked %s, %v", tokens, sent, err)
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
			text, input, output, err := drain(t.Context(), all[name], provider.Key{Secret: secret}, provider.Request{Model: "m", Prompt: prompt, MaxTokens: 12})
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
