package emailprocessor

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"

	"github.com/sendgrid/rest"
	"github.com/sendgrid/sendgrid-go"
	"github.com/sendgrid/sendgrid-go/helpers/mail"
)

// Verdict is what the provider made of a mail.
type Verdict int

// The verdicts.
const (
	// Accepted will be delivered.
	Accepted Verdict = iota
	// Refused is refused for good.
	Refused
	// KeyRefused says that the key is not, or no longer, or not yet good.
	KeyRefused
	// TryAgain surely was not taken, and may be later.
	TryAgain
	// Unknown may have been taken: the request went out, and no answer came.
	Unknown
)

// Result is the provider's answer.
type Result struct {
	Verdict Verdict
	// Reason names the status or the failure, and never the content or an address.
	Reason string
	// After is how long the provider asks to wait; zero if it does not say.
	After time.Duration
}

// SendGrid sends mails by SendGrid's API.
type SendGrid struct {
	// Host is the API's base URL, SendGrid's own if empty.
	Host string
	HTTP *http.Client
	// Now reads the time, for waits that SendGrid gives as a moment.
	Now func() time.Time
}

// Send sends one mail, in one try: the queue repeats what may be repeated.
func (s SendGrid) Send(ctx context.Context, key string, m Mail) Result {
	request := sendgrid.GetRequest(key, "/v3/mail/send", s.Host)
	request.Method = rest.Post
	request.Body = mail.GetRequestBody(mail.NewV3MailInit(
		mail.NewEmail("", m.From), m.Subject, mail.NewEmail("", m.To),
		mail.NewContent("text/plain", m.Text), mail.NewContent("text/html", m.HTML),
	))
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	// An answer that breaks off after its headers comes with an error, and counts.
	response, err := (&rest.Client{HTTPClient: s.HTTP}).SendWithContext(ctx, request)
	switch {
	case response != nil:
		return s.judge(response)
	case err != nil && !connected:
		return Result{Verdict: TryAgain, Reason: "no connection"}
	}
	return Result{Verdict: Unknown, Reason: "no answer"}
}

func (s SendGrid) judge(response *rest.Response) Result {
	result := Result{Reason: fmt.Sprintf("status %d", response.StatusCode)}
	switch status := response.StatusCode; {
	case status < 300:
		return Result{Verdict: Accepted}
	case status == http.StatusUnauthorized:
		result.Verdict = KeyRefused
	case status == http.StatusTooManyRequests || status >= 500:
		result.Verdict, result.After = TryAgain, s.wait(response.Headers)
	default:
		result.Verdict = Refused
	}
	return result
}

// wait reads Retry-After (seconds), or SendGrid's X-RateLimit-Reset (seconds since
// 1970). Source: Twilio SendGrid's documentation, "Rate Limits".
func (s SendGrid) wait(headers http.Header) time.Duration {
	if seconds, err := strconv.Atoi(headers.Get("Retry-After")); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	reset, err := strconv.ParseInt(cmp.Or(headers.Get("X-RateLimit-Reset"), "0"), 10, 64)
	if err != nil {
		return 0
	}
	return max(0, time.Unix(reset, 0).Sub(s.Now()))
}
