package message_test

import (
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/message"
)

type lead struct {
	LeadID string `json:"leadId"`
	Email  string `json:"email"`
}

const good = `{"version":1,"leadId":"l-1","toolId":"t-1","email":"a@b.example"}`

func TestAMessageThatFitsItsSchemaIsDecoded(t *testing.T) {
	got, err := message.NewDecoder[lead](platform.Email).Decode(good)
	if err != nil || got.LeadID != "l-1" || got.Email != "a@b.example" {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestAMessageThatBreaksItsSchemaNamesThePlaceAndNoValue(t *testing.T) {
	decoder := message.NewDecoder[lead](platform.Email)
	for body, says := range map[string]string{
		`{`:  "no JSON document",
		`[]`: "/ (type)",
		`{"version":2,"leadId":"l","toolId":"t","email":"canary@b.example"}`:                               "/version (enum)",
		`{"version":1,"toolId":"t","email":"canary@b.example"}`:                                            "(required)",
		`{"version":1,"leadId":"l","toolId":"t","email":"canary"}`:                                         "/email (pattern)",
		`{"version":1,"leadId":"l","toolId":"t","email":"canary@b.example","more":1}`:                      "(additionalProperties)",
		`{"version":1,"leadId":"` + strings.Repeat("x", 65) + `","toolId":"t","email":"canary@b.example"}`: "/leadId (pattern)",
	} {
		_, err := decoder.Decode(body)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want it to say %q", body, err, says)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("the error quotes a value: %v", err)
		}
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add(good)
	f.Add(`{"version":1e400}`)
	decoder := message.NewDecoder[lead](platform.Email)
	f.Fuzz(func(_ *testing.T, body string) { _, _ = decoder.Decode(body) })
}
