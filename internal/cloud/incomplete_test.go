package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/problem"
)

// A server that is not AWS may answer with less than the API promises.
func TestAnAnswerWithoutWhatItIsForIsAnError(t *testing.T) {
	name := "x"
	for operation, c := range map[string]struct {
		answer string
		call   func(context.Context, *cloud.Session) error
	}{
		"SQS GetQueueUrl": {"{}", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.SQS().GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name})
			return err
		}},
		"IAM GetRole": {"<GetRoleResponse><GetRoleResult/></GetRoleResponse>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.IAM().GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
			return err
		}},
		"IAM CreateRole": {"<CreateRoleResponse><CreateRoleResult/></CreateRoleResponse>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.IAM().CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &name})
			return err
		}},
		"STS GetCallerIdentity": {"<R><GetCallerIdentityResult/></R>", func(ctx context.Context, s *cloud.Session) error {
			_, err := s.Identity(ctx)
			return err
		}},
	} {
		t.Run(operation, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, c.answer) }))
			defer server.Close()
			withKeys(t, server.URL)
			session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
			if err != nil {
				t.Fatal(err)
			}
			err = c.call(t.Context(), session)
			if err == nil || !strings.Contains(err.Error(), operation+": the server's answer names no") || problem.KindOf(err) != problem.Failed {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAServerWithoutAnOperationIsToldFromAFailure(t *testing.T) {
	for code, answer := range map[string]string{
		"UnknownOperationException": `{"__type": "UnknownOperationException"}`,
		"InvalidAction":             `{"__type": "InvalidAction", "message": "could not find operation GetQueueUrl"}`,
		"NotImplemented":            `{"__type": "NotImplemented", "message": "not yet"}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, answer)
		}))
		defer server.Close()
		withKeys(t, server.URL)
		session, err := cloud.Open(t.Context(), cloud.Options{Environment: environment(t, "staging")})
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.SQS().GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &code})
		p, ok := errors.AsType[*problem.Error](err)
		if !ok || !strings.Contains(p.Message, code) || strings.Contains(p.Message, "UnknownError") || !strings.Contains(p.Hint, "does not know SQS GetQueueUrl") {
			t.Errorf("%s: got %v, hint %q", code, err, p.Hint)
		}
	}
}
