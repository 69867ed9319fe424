package emailprocessor_test

import (
	"net/http/httptest"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/providers"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
)

func TestTheLocalPlatformsProviderTakesTheMail(t *testing.T) {
	service := providers.New(oracle.Host(), "")
	server := httptest.NewServer(service.Handler())
	defer server.Close()
	result := sender(server.URL+host.ProviderPath+"sendgrid").Send(t.Context(), "SG.key.key", mail)
	mails := service.Mails()
	if result.Verdict != emailprocessor.Accepted || len(mails) != 1 || mails[0].Subject != mail.Subject || mails[0].Personalizations[0].To[0].Email != mail.To {
		t.Errorf("%+v, took %+v", result, mails)
	}
}
