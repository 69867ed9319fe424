package provider

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
)

// openAI is OpenAI's chat completions, streamed.
type openAI struct {
	completions openai.ChatCompletionService
}

func newOpenAI(client *http.Client, base string) openAI {
	options := []option.RequestOption{option.WithEnvironmentProduction(), option.WithHTTPClient(client), option.WithMaxRetries(0)}
	if base != "" {
		options = append(options, option.WithBaseURL(base))
	}
	return openAI{openai.NewChatCompletionService(options...)}
}

func (o openAI) Stream(ctx context.Context, key Key, request Request) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		options := []option.RequestOption{option.WithAPIKey(key.Secret)}
		if key.Organization != "" {
			options = append(options, option.WithOrganization(key.Organization))
		}
		stream := o.completions.NewStreaming(ctx, openAIParams(request), options...)
		defer func() { _ = stream.Close() }()
		finished := ""
		for stream.Next() {
			chunk := stream.Current()
			piece := Piece{InputTokens: int(chunk.Usage.PromptTokens), OutputTokens: int(chunk.Usage.CompletionTokens)}
			for _, choice := range chunk.Choices {
				piece.Text += choice.Delta.Content
				if choice.Delta.Refusal != "" || choice.FinishReason == "content_filter" {
					yield(Piece{}, &Error{Kind: ContentRefused, Provider: OpenAI})
					return
				}
				finished = cmp.Or(choice.FinishReason, finished)
			}
			if piece != (Piece{}) && !yield(piece, nil) {
				return
			}
		}
		switch err := stream.Err(); {
		case err != nil:
			yield(Piece{}, openAIError(err))
		case finished == "":
			yield(Piece{}, cut(OpenAI))
		}
	}
}

func openAIParams(request Request) openai.ChatCompletionNewParams {
	params := openai.ChatCompletionNewParams{
		Model:         request.Model,
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: param.NewOpt(true)},
	}
	if request.System != "" {
		params.Messages = append(params.Messages, openai.SystemMessage(request.System))
	}
	for _, turn := range request.History {
		if turn.Role == RoleAssistant {
			params.Messages = append(params.Messages, openai.AssistantMessage(turn.Text))
		} else {
			params.Messages = append(params.Messages, openai.UserMessage(turn.Text))
		}
	}
	params.Messages = append(params.Messages, openai.UserMessage(request.Prompt))
	if request.MaxTokens > 0 {
		params.MaxCompletionTokens = param.NewOpt(int64(request.MaxTokens))
	}
	if request.Temperature != nil {
		params.Temperature = param.NewOpt(*request.Temperature)
	}
	return params
}

func openAIError(err error) *Error {
	failed, ok := errors.AsType[*openai.Error](err)
	if !ok || failed.Response == nil {
		return broken(OpenAI, err)
	}
	e := answered(OpenAI, failed.StatusCode, failed.Code, failed.Response.Header)
	if failed.Code == "content_policy_violation" || failed.Code == "content_filter" {
		e.Kind = ContentRefused
	}
	return e
}
