package wire_test

import (
	"context"
	"errors"
	"iter"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func TestAnEventStreamReachesTheClientAndEndsWithItsException(t *testing.T) {
	wire.Union[types.StartLiveTailResponseStream](&types.StartLiveTailResponseStreamMemberSessionStart{}, &types.StartLiveTailResponseStreamMemberSessionUpdate{})
	s := &wire.Service{Name: "logs", Protocols: []wire.Protocol{wire.JSON11}, TargetPrefix: "Logs_20140328", LowerCamel: true}
	wire.HandleStream[cloudwatchlogs.StartLiveTailInput, cloudwatchlogs.StartLiveTailOutput](s,
		func(_ context.Context, in *cloudwatchlogs.StartLiveTailInput) (iter.Seq2[types.StartLiveTailResponseStream, error], error) {
			if len(in.LogGroupIdentifiers) == 0 {
				return nil, &types.InvalidParameterException{Message: aws.String("none")}
			}
			return func(yield func(types.StartLiveTailResponseStream, error) bool) {
				_ = yield(&types.StartLiveTailResponseStreamMemberSessionStart{Value: types.LiveTailSessionStart{SessionId: aws.String("id")}}, nil) &&
					yield(&types.StartLiveTailResponseStreamMemberSessionUpdate{Value: types.LiveTailSessionUpdate{SessionMetadata: &types.LiveTailSessionMetadata{Sampled: true}}}, nil) &&
					yield(nil, &types.SessionTimeoutException{Message: aws.String("over")})
			}, nil
		})
	router := &wire.Router{}
	router.Add(s)
	c := cloudwatchlogs.NewFromConfig(wire.SDKConfig(router, "us-east-1", credentials.NewStaticCredentialsProvider("k", "s", "")))
	if _, err := c.StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{}}); err == nil {
		t.Error("a refused stream began")
	}
	out, err := c.StartLiveTail(t.Context(), &cloudwatchlogs.StartLiveTailInput{LogGroupIdentifiers: []string{"g"}})
	if err != nil {
		t.Fatal(err)
	}
	stream := out.GetStream()
	start, _ := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionStart)
	update, _ := (<-stream.Events()).(*types.StartLiveTailResponseStreamMemberSessionUpdate)
	if start == nil || *start.Value.SessionId != "id" || update == nil || !update.Value.SessionMetadata.Sampled {
		t.Errorf("got %+v, %+v", start, update)
	}
	for range stream.Events() {
		t.Error("an event after the last")
	}
	if timeout, ok := errors.AsType[*types.SessionTimeoutException](stream.Err()); !ok || *timeout.Message != "over" {
		t.Errorf("ended with %v", stream.Err())
	}
}
