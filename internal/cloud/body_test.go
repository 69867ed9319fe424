package cloud_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/cloud"
)

// quick answers and hands the request's body to whoever still looks at it.
type quick struct{ body io.Reader }

func (q *quick) RoundTrip(request *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(io.LimitReader(request.Body, request.ContentLength))
	if err != nil || int64(len(sent)) != request.ContentLength {
		return nil, err
	}
	q.body = request.Body
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: request}, nil
}

// net/http looks for the end of a body even when the answer is there already, and
// closes the connection if that fails.
func TestAQuickAnswerDoesNotEndItsConnection(t *testing.T) {
	transport := &quick{}
	session, err := cloud.Open(t.Context(), cloud.Options{
		Environment: environment(t, "local"),
		Local:       &cloud.Local{Endpoint: "http://localhost", Region: "us-east-1", AccessKeyID: "k", SecretKey: "s", Transport: transport},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := session.SQS().PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: new("http://localhost/q")}); err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, transport.body); n != 0 || err != nil {
		t.Errorf("%d bytes, %v", n, err)
	}
}
