package providers_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	claude "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/sendgrid/sendgrid-go"
	"github.com/sendgrid/sendgrid-go/helpers/mail"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/internal/sandbox/state"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

const (
	openAIKey    = "sk-abcdefghijklmnopqrstuvwx"
	anthropicKey = "sk-ant-abcdefghijklmnopqrstuvwx"
	sendGridKey  = "SG.abc.def"
	base         = wire.LocalEndpoint + host.ProviderPath
)

func start(t *testing.T) (*providers.Service, *http.Client) {
	t.Helper()
	s := providers.New(oracle.Host(), "secret")
	return s, &http.Client{Transport: wire.Transport{Handler: s.Handler()}}
}

func openAI(c *http.Client, key string) openai.Client {
	return openai.NewClient(option.WithHTTPClient(c), option.WithBaseURL(base+"openai/v1"), option.WithAPIKey(key), option.WithMaxRetries(0))
}

func anthropicClient(c *http.Client, key string) anthropic.Client {
	return anthropic.NewClient(claude.WithHTTPClient(c), claude.WithBaseURL(base+"anthropic"), claude.WithAPIKey(key), claude.WithMaxRetries(0))
}

func chat(prompt string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model: "gpt-4o", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(prompt)},
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
	}
}

func question(prompt string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{
		Model: "claude-sonnet-4-5", MaxTokens: 1024, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(prompt))},
	}
}

// streamOpenAI and streamAnthropic give the whole text, why it ended, and the
// tokens written.
func streamOpenAI(ctx context.Context, c openai.Client, prompt string) (text, refusal, finish string, tokens int64, err error) {
	stream := c.Chat.Completions.NewStreaming(ctx, chat(prompt))
	defer stream.Close()
	all := openai.ChatCompletionAccumulator{}
	for stream.Next() {
		all.AddChunk(stream.Current())
	}
	if len(all.Choices) > 0 {
		text, refusal, finish = all.Choices[0].Message.Content, all.Choices[0].Message.Refusal, all.Choices[0].FinishReason
	}
	return text, refusal, finish, all.Usage.CompletionTokens, stream.Err()
}

func streamAnthropic(ctx context.Context, c anthropic.Client, prompt string) (text, stop string, tokens int64, err error) {
	stream := c.Messages.NewStreaming(ctx, question(prompt))
	defer stream.Close()
	var all anthropic.Message
	for stream.Next() {
		if err := all.Accumulate(stream.Current()); err != nil {
			return "", "", 0, err
		}
	}
	if len(all.Content) > 0 {
		text = all.Content[0].Text
	}
	return text, string(all.StopReason), all.Usage.OutputTokens, stream.Err()
}

func TestAnAnswerIsAFunctionOfThePrompt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o, a := openAI(client, openAIKey), anthropicClient(client, anthropicKey)
		for _, prompt := range []string{"hello", "a calculator for solar panels", "[[words 400]] at length"} {
			one, _, finish, tokens, err := streamOpenAI(t.Context(), o, prompt)
			if err != nil || finish != "stop" || tokens == 0 {
				t.Fatalf("%q: %q, %d tokens, %v", prompt, finish, tokens, err)
			}
			whole, err := o.Chat.Completions.New(t.Context(), chat(prompt))
			if err != nil || whole.Choices[0].Message.Content != one || whole.Usage.CompletionTokens != tokens {
				t.Errorf("%q: streamed %q, whole %v, %v", prompt, one, whole, err)
			}
			two, stop, written, err := streamAnthropic(t.Context(), a, prompt)
			if err != nil || two != one || stop != "end_turn" || written != tokens {
				t.Errorf("%q: %q, %q, %d, %v", prompt, two, stop, written, err)
			}
			again, err := a.Messages.New(t.Context(), question(prompt))
			if err != nil || again.Content[0].Text != one {
				t.Errorf("%q: %v, %v", prompt, again, err)
			}
			words := len(strings.Fields(one))
			if strings.Contains(prompt, "400") && words != 400 || !strings.Contains(prompt, "400") && (words < 20 || words > 60) {
				t.Errorf("%q has an answer of %d words", prompt, words)
			}
		}
	})
}

func TestDirectivesMakeAProviderFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o, a := openAI(client, openAIKey), anthropicClient(client, anthropicKey)
		for prompt, want := range map[string]struct {
			status            int
			openAI, anthropic string
			retryAfter        string
		}{
			"x [[status 500]]":        {500, "", "api_error", ""},
			"x [[status 429 2]]":      {429, "rate_limit_exceeded", "rate_limit_error", "2"},
			"x [[status 529]]":        {529, "", "overloaded_error", ""},
			"x [[status 400]]":        {400, "", "invalid_request_error", ""},
			"x [[once status 503 1]]": {503, "server_is_overloaded", "api_error", "1"},
		} {
			_, _, _, _, err := streamOpenAI(t.Context(), o, prompt)
			one, ok := errors.AsType[*openai.Error](err)
			if !ok || one.StatusCode != want.status || one.Code != want.openAI || one.Response.Header.Get("retry-after") != want.retryAfter || one.Response.Header.Get("x-request-id") == "" {
				t.Errorf("%s: OpenAI says %v", prompt, err)
			}
			_, _, _, err = streamAnthropic(t.Context(), a, prompt+" again")
			two, ok := errors.AsType[*anthropic.Error](err)
			if !ok || two.StatusCode != want.status || string(two.Type()) != want.anthropic || two.RequestID == "" {
				t.Errorf("%s: Anthropic says %v", prompt, err)
			}
		}
		if text, _, _, _, err := streamOpenAI(t.Context(), o, "x [[once status 503 1]]"); err != nil || text == "" {
			t.Errorf("the second time of a failure that was to happen once: %q, %v", text, err)
		}
	})
}

func TestContentCanBeRefusedAndConnectionsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o, a := openAI(client, openAIKey), anthropicClient(client, anthropicKey)
		text, refusal, finish, _, err := streamOpenAI(t.Context(), o, "[[refuse]]")
		if err != nil || text != "" || refusal == "" || finish != "content_filter" {
			t.Errorf("OpenAI: %q, %q, %q, %v", text, refusal, finish, err)
		}
		text, stop, _, err := streamAnthropic(t.Context(), a, "[[refuse]]")
		if err != nil || text != "" || stop != "refusal" {
			t.Errorf("Anthropic: %q, %q, %v", text, stop, err)
		}
		if text, _, finish, _, err := streamOpenAI(t.Context(), o, "[[cut]]"); err == nil || text == "" || finish != "" {
			t.Errorf("OpenAI cut: %q, %q, %v", text, finish, err)
		}
		if text, stop, _, err := streamAnthropic(t.Context(), a, "[[cut]]"); err == nil || text == "" || stop != "" {
			t.Errorf("Anthropic cut: %q, %q, %v", text, stop, err)
		}
	})
}

func TestAStallHonoursTheCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		begin := time.Now()
		if _, _, _, _, err := streamOpenAI(t.Context(), openAI(client, openAIKey), "[[stall 30s]]"); err != nil || time.Since(begin) < 30*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		begin = time.Now()
		if _, _, _, _, err := streamOpenAI(t.Context(), openAI(client, openAIKey), "[[words 100]] [[slow 50ms]]"); err != nil || time.Since(begin) < 2500*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		begin = time.Now()
		_, _, _, err := streamAnthropic(ctx, anthropicClient(client, anthropicKey), "[[stall 30s]]")
		if err == nil || time.Since(begin) != 5*time.Second {
			t.Errorf("a caller that gives up: %v after %v", err, time.Since(begin))
		}
	})
}

func models(t *testing.T, client *http.Client, key string) error {
	t.Helper()
	c := openAI(client, key)
	_, err := c.Models.List(t.Context())
	return err
}

func TestKeysThatAreNotGoodAreRefused(t *testing.T) {
	s, client := start(t)
	for _, key := range []string{"", "nonsense", anthropicKey, openAIKey + "revoked"} {
		err := models(t, client, key)
		if e, ok := errors.AsType[*openai.Error](err); !ok || e.StatusCode != 401 || e.Code != "invalid_api_key" {
			t.Errorf("OpenAI takes %q: %v", key, err)
		}
	}
	for _, key := range []string{"nonsense", openAIKey, anthropicKey + "revoked"} {
		a := anthropicClient(client, key)
		_, err := a.Messages.New(t.Context(), question("x"))
		if e, ok := errors.AsType[*anthropic.Error](err); !ok || e.StatusCode != 401 || string(e.Type()) != "authentication_error" {
			t.Errorf("Anthropic takes %q: %v", key, err)
		}
	}
	if err := models(t, client, openAIKey); err != nil {
		t.Error(err)
	}
	if s.Calls("openai") != 5 || s.Calls("anthropic") != 3 || s.Calls("clerk") != 0 {
		t.Errorf("counted %d and %d", s.Calls("openai"), s.Calls("anthropic"))
	}
}

func TestSendGridTakesMailsAndSaysWhatIsWrong(t *testing.T) {
	s, client := start(t)
	deliver := func(key string, m *mail.SGMailV3) (int, string) {
		request := sendgrid.GetRequest(key, "/v3/mail/send", strings.TrimSuffix(base, "/")+"/sendgrid")
		out, err := http.NewRequestWithContext(t.Context(), http.MethodPost, request.BaseURL, strings.NewReader(string(mail.GetRequestBody(m))))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range request.Headers {
			out.Header.Set(name, value)
		}
		answer, err := client.Do(out)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(body)
	}
	letter := func(to string) *mail.SGMailV3 {
		return mail.NewSingleEmail(mail.NewEmail("Keyvex", "no-reply@example.com"), "A new lead", mail.NewEmail("", to), "plain", "<p>html</p>")
	}
	for to, status := range map[string]int{"owner@example.com": 202, "bounce@example.com": 400, "busy@example.com": 429, "down@example.com": 503, "nobody": 400} {
		if got, body := deliver(sendGridKey, letter(to)); got != status {
			t.Errorf("to %s: %d %s, want %d", to, got, body, status)
		}
	}
	if got, body := deliver("SG.revoked.x", letter("owner@example.com")); got != 401 || !strings.Contains(body, "revoked") {
		t.Errorf("a revoked key: %d %s", got, body)
	}
	if got, body := deliver(sendGridKey, mail.NewV3Mail()); got != 400 || !strings.Contains(body, `"field":"from.email"`) {
		t.Errorf("an empty mail: %d %s", got, body)
	}
	mails := s.Mails()
	if len(mails) != 1 || mails[0].Subject != "A new lead" || mails[0].Personalizations[0].To[0].Email != "owner@example.com" || len(mails[0].Content) != 2 {
		t.Errorf("mails %+v", mails)
	}
}

// claims verifies a token by the published key set, as RFC 7515 says, and gives
// its claims.
func claims(t *testing.T, client *http.Client, token string) map[string]any {
	t.Helper()
	answer, err := client.Get(base + "clerk/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var set struct {
		Keys []struct{ Kid, N, E, Alg string }
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(token, ".")
	raw := func(s string) []byte {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(raw(set.Keys[0].N)), E: int(new(big.Int).SetBytes(raw(set.Keys[0].E)).Int64())}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], raw(parts[2])); err != nil {
		t.Fatal(err)
	}
	var header struct{ Alg, Kid string }
	if err := json.Unmarshal(raw(parts[0]), &header); err != nil || header.Alg != "RS256" || header.Kid != set.Keys[0].Kid {
		t.Errorf("header %+v, %v", header, err)
	}
	var out map[string]any
	if err := json.Unmarshal(raw(parts[1]), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestClerksTokensVerifyAlsoAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	var token string
	for round := range 2 {
		h := oracle.Host()
		store, err := state.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		h.State = store
		s := providers.New(h, "secret")
		client := &http.Client{Transport: wire.Transport{Handler: s.Handler()}}
		if round == 0 {
			if token, err = s.Token("user_1", "http://localhost:3000", time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		got := claims(t, client, token)
		if got["sub"] != "user_1" || got["azp"] != "http://localhost:3000" || got["iss"] != base+"clerk" || got["exp"].(float64)-got["iat"].(float64) != 60 {
			t.Errorf("claims %v", got)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTokensAreMadeForBearersOfTheSecretAlone(t *testing.T) {
	_, client := start(t)
	mint := func(secret, query string) (int, string) {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"clerk/tokens?"+query, nil)
		request.Header.Set("Authorization", "Bearer "+secret)
		answer, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var body struct{ JWT string }
		_ = json.NewDecoder(answer.Body).Decode(&body)
		return answer.StatusCode, body.JWT
	}
	status, token := mint("secret", "user=user_2&azp=http://127.0.0.1:3000&ttl=5m")
	if got := claims(t, client, token); status != 200 || got["sub"] != "user_2" || got["exp"].(float64)-got["iat"].(float64) != 300 {
		t.Errorf("%d, %v", status, got)
	}
	for query, want := range map[string]int{"azp=x": 422, "user=u&ttl=long": 422, "user=u&ttl=48h": 422} {
		if status, _ := mint("secret", query); status != want {
			t.Errorf("%s: %d, want %d", query, status, want)
		}
	}
	if status, _ := mint("guessed", "user=user_2"); status != 401 {
		t.Errorf("a guessed secret: %d", status)
	}
}
