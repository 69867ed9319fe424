package providers_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

func ask(prompt string) responses.ResponseNewParams {
	return responses.ResponseNewParams{Model: "gpt-5.4-mini", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(prompt)}}
}

// streamResponse gives the events of a response, the text that they add up to, and
// the response that the last one holds.
func streamResponse(ctx context.Context, c openai.Client, params responses.ResponseNewParams) (kinds []string, text, refusal string, last responses.Response, err error) {
	stream := c.Responses.NewStreaming(ctx, params)
	defer stream.Close()
	for stream.Next() {
		event := stream.Current()
		if int(event.SequenceNumber) != len(kinds) {
			return kinds, text, refusal, last, errors.New("the events are not numbered")
		}
		kinds = append(kinds, event.Type)
		switch event.Type {
		case "response.output_text.delta":
			text += event.Delta
		case "response.refusal.delta":
			refusal += event.Delta
		}
		last = event.Response
	}
	return kinds, text, refusal, last, stream.Err()
}

func TestAResponseIsTheSameStreamedAndWholeAndInAChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o := openAI(client, openAIKey)
		for _, prompt := range []string{"hello", "[[words 400]] at length"} {
			_, text, _, last, err := streamResponse(t.Context(), o, ask(prompt))
			if err != nil || text == "" || last.Status != "completed" || last.OutputText() != text || last.Usage.OutputTokens == 0 {
				t.Fatalf("%q: %q, %s, %v", prompt, text, last.RawJSON(), err)
			}
			whole, err := o.Responses.New(t.Context(), ask(prompt))
			if err != nil || whole.OutputText() != text || whole.Usage.TotalTokens != last.Usage.TotalTokens || whole.Status != "completed" {
				t.Errorf("%q: streamed %q, whole %v, %v", prompt, text, whole, err)
			}
			if chatted, _, _, tokens, err := streamOpenAI(t.Context(), o, prompt); err != nil || chatted != text || tokens != last.Usage.OutputTokens {
				t.Errorf("%q: in a chat %q, %d tokens, %v", prompt, chatted, tokens, err)
			}
		}
	})
}

// The order is that of "Streaming events" in OpenAI's reference.
func TestTheEventsOfAResponseComeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		for prompt, member := range map[string]string{"hello": "output_text", "[[refuse]]": "refusal"} {
			kinds, _, _, _, err := streamResponse(t.Context(), openAI(client, openAIKey), ask(prompt))
			want := []string{
				"response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response." + member + ".delta",
				"response." + member + ".done", "response.content_part.done", "response.output_item.done", "response.completed",
			}
			if got := slices.Compact(kinds); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v", prompt, got, err)
			}
		}
	})
}

func TestAResponseTakesAConversationAndCountsWhatIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o, asked := openAI(client, openAIKey), ask("")
		short, err := o.Responses.New(t.Context(), ask("hello"))
		if err != nil {
			t.Fatal(err)
		}
		asked.Instructions, asked.Temperature, asked.Store = openai.String("be kind and brief"), openai.Float(0.5), openai.Bool(false)
		asked.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: responses.ResponseInputParam{
			responses.ResponseInputItemParamOfMessage("an earlier question", "user"), responses.ResponseInputItemParamOfMessage("an earlier answer", "assistant"),
			responses.ResponseInputItemParamOfMessage(responses.ResponseInputMessageContentListParam{responses.ResponseInputContentParamOfInputText("hello")}, "user"),
		}}
		long, err := o.Responses.New(t.Context(), asked)
		if err != nil || long.OutputText() != short.OutputText() || long.Usage.InputTokens <= short.Usage.InputTokens {
			t.Fatalf("%v, %v", long, err)
		}
		if long.Instructions.OfString != "be kind and brief" || long.Temperature != 0.5 || !strings.Contains(long.RawJSON(), `"store":false`) || !strings.Contains(short.RawJSON(), `"store":true`) {
			t.Errorf("the settings came back as %s", long.RawJSON())
		}
	})
}

func TestABoundEndsAResponseEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		asked := ask("[[words 400]]")
		asked.MaxOutputTokens = openai.Int(16)
		kinds, text, _, last, err := streamResponse(t.Context(), openAI(client, openAIKey), asked)
		if err != nil || kinds[len(kinds)-1] != "response.incomplete" || last.Status != "incomplete" || last.IncompleteDetails.Reason != "max_output_tokens" {
			t.Errorf("%v, %s, %v", kinds, last.RawJSON(), err)
		}
		if text != last.OutputText() || last.Usage.OutputTokens > 16 || last.Output[0].Status != "incomplete" {
			t.Errorf("%q of %s", text, last.RawJSON())
		}
	})
}

func TestAResponseCanBeRefusedAndCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o := openAI(client, openAIKey)
		_, text, refusal, last, err := streamResponse(t.Context(), o, ask("[[refuse]]"))
		if err != nil || text != "" || refusal == "" || last.OutputText() != "" || last.Output[0].Content[0].Refusal != refusal {
			t.Errorf("%q, %q, %s, %v", text, refusal, last.RawJSON(), err)
		}
		kinds, text, _, _, err := streamResponse(t.Context(), o, ask("[[cut]]"))
		if err == nil || text == "" || slices.Contains(kinds, "response.completed") {
			t.Errorf("cut: %v, %q, %v", kinds, text, err)
		}
		if _, err := o.Responses.New(t.Context(), ask("[[cut]]")); err == nil {
			t.Error("a whole response that was cut came")
		}
	})
}

func TestWhatIsWrongWithAResponsesRequestIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := start(t)
		o, little := openAI(client, openAIKey), ask("hello")
		little.MaxOutputTokens = openai.Int(5)
		nothing, nobody := ask("hello"), ask("hello")
		nothing.Input = responses.ResponseNewParamsInputUnion{}
		nobody.Model = ""
		for name, test := range map[string]struct {
			asked       responses.ResponseNewParams
			status      int
			code, param string
		}{
			"a small bound": {little, 400, "integer_below_min_value", "max_output_tokens"},
			"no input":      {nothing, 400, "missing_required_parameter", "input"},
			"no model":      {nobody, 400, "missing_required_parameter", "model"},
			"a directive":   {ask("[[status 429 2]]"), 429, "rate_limit_exceeded", ""},
		} {
			_, err := o.Responses.New(t.Context(), test.asked)
			failed, ok := errors.AsType[*openai.Error](err)
			if !ok || failed.StatusCode != test.status || failed.Code != test.code || failed.Param != test.param || failed.Response.Header.Get("x-request-id") == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := o.Responses.New(t.Context(), responses.ResponseNewParams{}, option.WithRequestBody("application/json", []byte("{")))
		if failed, ok := errors.AsType[*openai.Error](err); !ok || failed.StatusCode != http.StatusBadRequest {
			t.Errorf("no JSON: %v", err)
		}
		revoked := openAI(client, openAIKey+"revoked")
		_, err = revoked.Responses.New(t.Context(), ask("hello"))
		if failed, ok := errors.AsType[*openai.Error](err); !ok || failed.StatusCode != http.StatusUnauthorized || failed.Code != "invalid_api_key" {
			t.Errorf("a revoked key: %v", err)
		}
	})
}
