package wire

import (
	"context"
	"net/http"
)

// serveRaw hands the request to the service's own handler.
func (x *exchange) serveRaw(ctx context.Context, w http.ResponseWriter, after func(error) error) {
	request := x.request.WithContext(ctx)
	x.restoreBody(request)
	if after == nil {
		kept := &statusWriter{ResponseWriter: w, call: x.call}
		x.service.Raw.ServeHTTP(kept, request)
		return
	}
	held := newRecorder()
	x.service.Raw.ServeHTTP(held, request)
	if err := after(nil); err != nil {
		x.respondError(w, err)
		return
	}
	x.call.Status = held.status
	held.copyTo(w)
}

// statusWriter remembers the status for Observe.
type statusWriter struct {
	http.ResponseWriter
	call *Call
}

func (w *statusWriter) WriteHeader(status int) {
	w.call.Status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.call.Status == 0 {
		w.call.Status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach Flush and Hijack.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush is for handlers that ask for an http.Flusher.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }
