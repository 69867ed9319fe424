package provider

import (
	"context"
	"errors"
	"iter"
	"net/http"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/param"
)

// claude is Anthropic's messages, streamed.
type claude struct {
	messages anthropic.MessageService
}

func newAnthropic(client *http.Client, base string) claude {
	options := []option.RequestOption{option.WithEnvironmentProduction(), option.WithHTTPClient(client), option.WithMaxRetries(0)}
	if base != "" {
		options = append(options, option.WithBaseURL(base))
	}
	return claude{anthropic.NewMessageService(options...)}
}

func (c claude) Stream(ctx context.Context, key Key, request Request) iter.Seq2[Piece, error] {
	return func(yield func(Piece, error) bool) {
		stream := c.messages.NewStreaming(ctx, claudeParams(request), option.WithAPIKey(key.Secret))
		defer func() { _ = stream.Close() }()
		stopped, input := false, 0
		for stream.Next() {
			event := stream.Current()
			piece := Piece{}
			switch event.Type {
			case "message_start":
				input = int(event.Message.Usage.InputTokens)
			case "content_block_delta":
				piece.Text = event.Delta.Text
			case "message_delta":
				if event.Delta.StopReason == anthropic.StopReasonRefusal {
					yield(Piece{}, &Error{Kind: ContentRefused, Provider: Anthropic})
					return
				}
				piece.InputTokens, piece.OutputTokens = input, int(event.Usage.OutputTokens)
			case "message_stop":
				stopped = true
			}
			if piece != (Piece{}) && !yield(piece, nil) {
				return
			}
		}
		switch err := stream.Err(); {
		case err != nil:
			yield(Piece{}, claudeError(err))
		case !stopped:
			yield(Piece{}, cut(Anthropic))
		}
	}
}

func claudeParams(request Request) anthropic.MessageNewParams {
	params := anthropic.MessageNewParams{Model: request.Model, MaxTokens: DefaultMaxTokens}
	if request.System != "" {
		params.System = []anthropic.TextBlockParam{{Text: request.System}}
	}
	for _, turn := range request.History {
		text := anthropic.NewTextBlock(turn.Text)
		if turn.Role == RoleAssistant {
			params.Messages = append(params.Messages, anthropic.NewAssistantMessage(text))
		} else {
			params.Messages = append(params.Messages, anthropic.NewUserMessage(text))
		}
	}
	params.Messages = append(params.Messages, anthropic.NewUserMessage(anthropic.NewTextBlock(request.Prompt)))
	if request.MaxTokens > 0 {
		params.MaxTokens = int64(request.MaxTokens)
	}
	if request.Temperature != nil {
		params.Temperature = param.NewOpt(*request.Temperature)
	}
	return params
}

// eventStatus is the status of an error that comes as an event, behind a 200.
// Source: "Errors" in the reference of Anthropic's API.
var eventStatus = map[string]int{
	"invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
	"not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429,
	"api_error": 500, "timeout_error": 504, "overloaded_error": 529,
}

func claudeError(err error) *Error {
	failed, ok := errors.AsType[*anthropic.Error](err)
	if !ok || failed.Response == nil {
		return broken(Anthropic, err)
	}
	status := failed.StatusCode
	if status == http.StatusOK {
		status = eventStatus[string(failed.Type())]
	}
	return answered(Anthropic, status, string(failed.Type()), failed.Response.Header)
}
