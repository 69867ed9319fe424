package wire

import (
	"context"
	"iter"
	"net/http"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"
	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream/eventstreamapi"
)

// HandleStream registers an operation that answers with an event stream. h refuses
// the request with an error, or gives the events, members of the union Event,
// which Union must know. They are sent as they come; an error among them ends the
// stream as an exception in it. The context of h is done when the client goes.
// All members of an event travel in its payload.
func HandleStream[In, Out, Event any](s *Service, h func(context.Context, *In) (iter.Seq2[Event, error], error), route ...Route) {
	HandleType(s, reflect.TypeFor[In](), reflect.TypeFor[Out](), func(ctx context.Context, in any) (any, error) {
		events, err := h(ctx, in.(*In))
		if err != nil {
			return nil, err
		}
		return outgoing(func(yield func(reflect.Value, error) bool) {
			for e, err := range events {
				if !yield(reflect.ValueOf(&e).Elem(), err) {
					return
				}
			}
		}), nil
	}, route...)
}

// outgoing is an event stream on its way out, as values of the union's interface.
type outgoing iter.Seq2[reflect.Value, error]

// respondStream sends the messages of an event stream: an initial response, which
// the RPC protocols begin with, and the events.
func (x *exchange) respondStream(w http.ResponseWriter, events outgoing) {
	x.call.Status = http.StatusOK
	w.Header().Set("Content-Type", "application/vnd.amazon.eventstream")
	w.WriteHeader(x.call.Status)
	stream := messages{w: w, to: http.NewResponseController(w), encoder: eventstream.NewEncoder()}
	if x.call.Protocol != RESTJSON && x.call.Protocol != RESTXML {
		// If the client has gone, the first event tells its maker, who has to clean up.
		stream.send(eventstreamapi.EventMessageType, eventstreamapi.EventTypeHeader, "initial-response", x.payload(nil, reflect.Value{}), x.payloadType())
	}
	for e, err := range events {
		if err != nil {
			f := x.service.fault(err)
			x.call.Err, x.call.ErrorCode = err, f.code
			stream.send(eventstreamapi.ExceptionMessageType, eventstreamapi.ExceptionTypeHeader, f.name, x.jsonError(f), "application/json")
			return
		}
		member, value := x.service.plan(e.Type()).variant(e)
		if member == nil {
			panic("wire: " + e.Type().String() + " holds no member that Union knows")
		}
		if !stream.send(eventstreamapi.EventMessageType, eventstreamapi.EventTypeHeader, member.wire, x.payload(member.plan, value), x.payloadType()) {
			return
		}
	}
}

func (x *exchange) payloadType() string {
	if x.call.Protocol == CBOR {
		return "application/cbor"
	}
	return "application/json"
}

// payload encodes the members of an event; without a plan, none.
func (x *exchange) payload(p *plan, v reflect.Value) []byte {
	if p == nil {
		p, v = x.service.plan(reflect.TypeFor[struct{}]()), reflect.ValueOf(struct{}{})
	}
	if x.call.Protocol == CBOR {
		return appendCBOR(nil, p, v)
	}
	return appendJSONStruct(nil, p, v, nil, "")
}

// messages writes the messages of one stream.
type messages struct {
	w       http.ResponseWriter
	to      *http.ResponseController
	encoder *eventstream.Encoder
}

// send reports whether the client is still there.
func (m *messages) send(kind, nameHeader, name string, payload []byte, payloadType string) bool {
	message := eventstream.Message{Payload: payload}
	message.Headers.Set(eventstreamapi.MessageTypeHeader, eventstream.StringValue(kind))
	message.Headers.Set(nameHeader, eventstream.StringValue(name))
	message.Headers.Set(eventstreamapi.ContentTypeHeader, eventstream.StringValue(payloadType))
	return m.encoder.Encode(m.w, message) == nil && m.to.Flush() == nil
}
