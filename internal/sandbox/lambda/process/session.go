package process

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/keyvex/keyvex/internal/sandbox/lambda/runner"
)

// maxResponse is the largest answer of a function, in bytes.
const maxResponse = 6*1024*1024 + 100

// session is the Runtime API of one instance. Its token is in the path, so that no
// other process gets at its work.
type session struct {
	token string
	work  chan *task
	// asked has an element when the process waits for an invocation.
	asked chan struct{}
	gone  chan struct{}

	mu      sync.Mutex
	current *task
	fault   *runner.Failure
}

// task is an invocation under way.
type task struct {
	runner.Invocation
	reply chan runner.Reply
}

func newSession(token string) *session {
	return &session{token: token, work: make(chan *task), asked: make(chan struct{}, 1), gone: make(chan struct{})}
}

// died keeps the first reason of the instance's end.
func (s *session) died(f *runner.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil {
		s.fault = f
	}
}

// failure is why the instance has ended.
func (s *session) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault
}

// next serves GET .../invocation/next: it waits for work.
func (s *session) next(w http.ResponseWriter, r *http.Request) {
	select {
	case s.asked <- struct{}{}:
	default:
	}
	select {
	case t := <-s.work:
		s.mu.Lock()
		s.current = t
		s.mu.Unlock()
		t.write(w)
	case <-r.Context().Done():
	case <-s.gone:
	}
}

func (t *task) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", t.RequestID)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(t.Deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", t.FunctionARN)
	if t.TraceID != "" {
		h.Set("Lambda-Runtime-Trace-Id", t.TraceID)
	}
	if t.ClientContext != "" {
		h.Set("Lambda-Runtime-Client-Context", t.ClientContext)
	}
	_, _ = w.Write(t.Payload) // a process that is gone needs no answer
}

// answer serves POST .../invocation/{id}/response and .../error.
func (s *session) answer(w http.ResponseWriter, r *http.Request, failed bool) {
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxResponse+1))
	t := s.take(r.PathValue("id"))
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "InvalidRequest", err.Error())
		return
	case t == nil:
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
		return
	case len(payload) > maxResponse:
		message := fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResponse)
		t.reply <- runner.Reply{Payload: runner.ErrorObject(runner.ResponseTooLarge, message), Failed: true}
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", message)
		return
	}
	t.reply <- runner.Reply{Payload: payload, Failed: failed}
	accepted(w)
}

// take gives the current task, once, if it has that id.
func (s *session) take(id string) *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.current
	if t == nil || t.RequestID != id {
		return nil
	}
	s.current = nil
	return t
}

// initError serves POST .../init/error.
func (s *session) initError(w http.ResponseWriter, r *http.Request) {
	var object struct{ ErrorMessage, ErrorType string }
	_ = json.NewDecoder(io.LimitReader(r.Body, maxResponse)).Decode(&object) // an empty one says nothing
	s.died(&runner.Failure{Type: cmp.Or(object.ErrorType, "Runtime.Unknown"), Message: object.ErrorMessage})
	accepted(w)
}

func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(runner.ErrorObject(kind, message))
}
