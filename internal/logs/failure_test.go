package logs_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/logs"
	"github.com/keyvex/keyvex/internal/platform"
)

// stranger is a server that is not AWS: its answer is always the same.
type stranger struct {
	status int
	body   string
}

func (s stranger) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: s.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader(s.body)),
	}, nil
}

// Asking again does not help with a server that does not speak AWS's language, as it
// does with one that is overloaded.
func TestAServerThatIsNotAWSEndsTheFollowing(t *testing.T) {
	const html = "<html><h1>Not Found</h1></html>"
	for name, c := range map[string]struct {
		stranger
		ends bool
	}{
		"a page":                     {stranger{200, html}, true},
		"a page for what it has not": {stranger{404, html}, true},
		"a page elsewhere":           {stranger{302, ""}, true},
		"nothing":                    {stranger{400, ""}, true},
		"not implemented":            {stranger{501, `{"message": "not yet implemented"}`}, true},
		"a gateway's page":           {stranger{502, html}, false},
		"overloaded":                 {stranger{503, ""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := options(newTruth(t, 1, 1, 1, 1))
				client := cloudwatchlogs.NewFromConfig(aws.Config{
					Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("a", "b", ""), HTTPClient: &http.Client{Transport: c.stranger},
				})
				var last error
				begun := time.Now()
				for e, err := range logs.Follow(t.Context(), client, o) {
					if last = err; e.Notice != nil && time.Since(begun) > 10*time.Minute {
						break
					}
				}
				if ends := time.Since(begun) < time.Minute; ends != c.ends || (last != nil) != c.ends {
					t.Errorf("after %s: %v", time.Since(begun), last)
				}
			})
		})
	}
}

// sessionWith is keyvex's own way to a server.
func sessionWith(t *testing.T, server stranger) *cloud.Session {
	t.Helper()
	session, err := cloud.Open(t.Context(), cloud.Options{Environment: platform.Environment{Name: "staging"}, Local: &cloud.Local{
		Endpoint: "http://localhost", Region: "us-east-1", AccessKeyID: "a", SecretKey: "b", Transport: server,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func TestAnAnswerWithoutEventsEndsTheFollowing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(newTruth(t, 1, 1, 1, 1))
		begun, last := time.Now(), error(nil)
		for e, err := range logs.Follow(t.Context(), sessionWith(t, stranger{200, `{}`}).Logs(), o) {
			if last = err; e.Notice != nil && time.Since(begun) > 10*time.Minute {
				break
			}
		}
		if last == nil || !strings.Contains(last.Error(), "names no events") {
			t.Errorf("after %s: %v", time.Since(begun), last)
		}
	})
}

// Who follows waits for the network, however long; a pipeline that reads what there is
// has to end.
func TestWhatIsReadOnceIsGivenUpAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(newTruth(t, 1, 1, 1, 1))
		o.Follow = false
		begun, last := time.Now(), error(nil)
		for _, err := range logs.Follow(t.Context(), sessionWith(t, stranger{503, ""}).Logs(), o) {
			if last = err; time.Since(begun) > 10*time.Minute {
				break
			}
		}
		if took := time.Since(begun); last == nil || !strings.Contains(last.Error(), "503") || took < time.Minute || took > 4*time.Minute {
			t.Errorf("after %s: %v", took, last)
		}
	})
}

// An empty group is told from an answer with nothing in it.
func TestAnAnswerWithoutEventsIsNone(t *testing.T) {
	for body, want := range map[string]string{`{"events":[]}`: "", `{}`: "names no events"} {
		session := sessionWith(t, stranger{200, body})
		lines, _, err := logs.Search(t.Context(), session.Logs(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("g")})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) || len(lines) > 0 {
			t.Errorf("%s gives %v, %v", body, lines, err)
		}
	}
}
