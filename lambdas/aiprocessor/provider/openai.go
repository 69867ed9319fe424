package provider

import (
	"context"
	"iter"
	"net/http"

	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
)

// openAI is OpenAI's responses, streamed. The SDK's root package is not used: it
// would make the function three times as large.
type openAI struct {
	responses responses.ResponseService
}

func newOpenAI(client *http.Client, base string) openAI {
	options := []option.RequestOption{option.WithEnvironmentProduction(), option.WithHTTPClient(client), option.WithMaxRetries(0)}
	if base != "" {
		options = append(options, option.WithBaseURL(base))
	}
	return openAI{responses.NewResponseService(options...)}
}

func (o openAI) Stream(ctx context.Context, key Key, request Request) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		var answer *http.Response
		options := []option.RequestOption{option.WithAPIKey(key.Secret), option.WithResponseInto(&answer)}
		if key.Organization != "" {
			options = append(options, option.WithOrganization(key.Organization))
		}
		stream := o.responses.NewStreaming(ctx, openAIParams(request), options...)
		defer func() { _ = stream.Close() }()
		ended := false
		for stream.Next() {
			event := stream.Current()
			if failed := openAIFailure(event, answer.Header); failed != nil {
				yield(Piece{}, failed)
				return
			}
			piece := openAIPiece(event)
			ended = ended || event.Type == "response.completed" || event.Type == "response.incomplete"
			if piece != (Piece{}) && !yield(piece, nil) {
				return
			}
		}
		switch err := stream.Err(); {
		case err != nil:
			yield(Piece{}, openAIError(err, answer))
		case !ended:
			yield(Piece{}, cut(OpenAI))
		}
	}
}

// openAIPiece is the part of the answer that an event brings. Only the last one
// says what the whole took.
func openAIPiece(event responses.ResponseStreamEventUnion) Piece {
	usage := event.Response.Usage
	piece := Piece{InputTokens: int(usage.InputTokens), OutputTokens: int(usage.OutputTokens)}
	if event.Type == "response.output_text.delta" {
		piece.Text = event.Delta
	}
	return piece
}

// leastTokens is the smallest bound that OpenAI takes for an answer.
const leastTokens = 16

func openAIParams(request Request) responses.ResponseNewParams {
	params := responses.ResponseNewParams{Model: request.Model, Store: param.NewOpt(false)}
	if request.System != "" {
		params.Instructions = param.NewOpt(request.System)
	}
	say := func(text string, role responses.EasyInputMessageRole) {
		item := responses.ResponseInputItemParamOfMessage(text, role)
		params.Input.OfInputItemList = append(params.Input.OfInputItemList, item)
	}
	for _, turn := range request.History {
		if turn.Role == RoleAssistant {
			say(turn.Text, responses.EasyInputMessageRoleAssistant)
		} else {
			say(turn.Text, responses.EasyInputMessageRoleUser)
		}
	}
	say(request.Prompt, responses.EasyInputMessageRoleUser)
	if request.MaxTokens > 0 {
		params.MaxOutputTokens = param.NewOpt(int64(max(request.MaxTokens, leastTokens)))
	}
	if request.Temperature != nil {
		params.Temperature = param.NewOpt(*request.Temperature)
	}
	return params
}
