package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"
)

// Kind is what an error means for the job.
type Kind string

const (
	// Busy is a rate limit: another try has to wait.
	Busy Kind = "busy"
	// Broken is a fault on the provider's side or on the way: another try may do.
	Broken Kind = "broken"
	// KeyRefused says that the key is not, or no longer, good.
	KeyRefused Kind = "key refused"
	// ContentRefused says that the provider will not answer this.
	ContentRefused Kind = "content refused"
	// BadRequest says that no try can succeed: the model is unknown, the prompt too long.
	BadRequest Kind = "bad request"
)

// Error is why a call failed.
type Error struct {
	Kind     Kind
	Provider string
	// Status is the HTTP status, 0 without an answer; Code is the provider's word.
	Status int
	Code   string
	// RequestID is the provider's, for its support.
	RequestID string
	// After is how long the provider asks to wait, 0 if it does not say.
	After time.Duration
	// Cause is set where it cannot quote anything: a cancelled context.
	Cause error
}

func (e *Error) Error() string {
	text := e.Provider + ": " + string(e.Kind)
	if e.Status != 0 {
		text += fmt.Sprintf(", status %d", e.Status)
	}
	if e.Code != "" {
		text += ", " + e.Code
	}
	if e.RequestID != "" {
		text += ", request " + e.RequestID
	}
	return text
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// word is what a code or an id looks like; anything else might quote.
var word = lazy.Regexp(`^[A-Za-z0-9_.:-]{1,80}$`)

func wordOf(s string) string {
	if word().MatchString(s) {
		return s
	}
	return ""
}

// answered is the error of an answer with a status, a code and headers.
func answered(provider string, status int, code string, header http.Header) *Error {
	e := &Error{Kind: kindOf(status), Provider: provider, Status: status, Code: wordOf(code), After: retryAfter(header)}
	for _, name := range []string{"x-request-id", "request-id"} {
		if id := wordOf(header.Get(name)); id != "" {
			e.RequestID = id
		}
	}
	return e
}

func kindOf(status int) Kind {
	switch status {
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
		return KeyRefused
	case http.StatusTooManyRequests:
		return Busy
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly:
		return Broken
	}
	if status >= http.StatusBadRequest && status < http.StatusInternalServerError {
		return BadRequest
	}
	return Broken
}

// broken is the error of a call without an answer, or of an answer cut off.
func broken(provider string, cause error) *Error {
	e := &Error{Kind: Broken, Provider: provider, Code: "no_answer"}
	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(cause, known) {
			e.Cause = known
		}
	}
	return e
}

// cut is the error of a stream that ended before its end.
func cut(provider string) *Error {
	return &Error{Kind: Broken, Provider: provider, Code: "stream_cut"}
}

// retryAfter reads what a provider asks for, in milliseconds or seconds. A date,
// which RFC 9110 allows as well, neither provider sends.
func retryAfter(header http.Header) time.Duration {
	for name, unit := range map[string]time.Duration{"retry-after-ms": time.Millisecond, "retry-after": time.Second} {
		if n, err := strconv.ParseFloat(header.Get(name), 64); err == nil && n > 0 && n < 1e9 {
			return time.Duration(n * float64(unit))
		}
	}
	return 0
}
