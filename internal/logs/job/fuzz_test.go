package job

import (
	"testing"

	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/logs/invocation"
)

func FuzzStations(f *testing.F) {
	f.Add(`{"time":"2026-11-22T23:47:08Z","level":"INFO","msg":"message received","jobId":"a"}`)
	f.Add(`{"_aws":{"Timestamp":1},"JobStore":1e300,"JobPush":-1}`)
	f.Add(`{"httpMethod":"POST","resourcePath":"/v1/jobs","status":"202"}`)
	f.Fuzz(func(t *testing.T, message string) {
		whole := invocation.Whole{Invocation: &invocation.Invocation{}, Log: []logs.Line{
			{Message: `{"msg":"message received","jobId":"a"}`}, {Message: message},
		}}
		for _, s := range stations(whole, "a") {
			if s.Name == "" && s.Failed == false {
				t.Fatalf("%+v", s)
			}
		}
		if s, ok := accepted(logs.Line{Message: message}); ok && s.Name != Accepted {
			t.Fatalf("%+v", s)
		}
	})
}
