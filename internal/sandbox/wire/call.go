package wire

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// Call is one request, as far as the router has understood it.
type Call struct {
	RequestID string
	// Service is the signing name, "sqs"; Operation is empty for a request that a
	// Raw handler served.
	Service, Operation string
	Protocol           Protocol
	// AccessKey and Region are those of the credential scope; empty when unsigned.
	AccessKey, Region string
	Start             time.Time
	// UserAgent is what the client calls itself; Address is the one that it speaks from.
	UserAgent, Address string
	// Input is the operation's input, a pointer to its struct, once it is decoded.
	Input any
	// Labels are the values of the placeholders in a REST operation's path, those
	// of Service.Under too, by name.
	Labels map[string]string

	// Status, Duration, ErrorCode and Err are known once the request is answered,
	// so they are for Router.Observe only. ErrorCode is empty for a success.
	Status    int
	Duration  time.Duration
	ErrorCode string
	Err       error

	// body is the request's, for what is asked before it is decoded.
	body  []byte
	sent  *node
	plan  *plan
	bound []string
}

type callKey struct{}

// CallOf gives the request that ctx belongs to; the zero Call outside of one.
func CallOf(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// WithSent gives a context in which Sent reports the members, for calls that do
// not come over the wire.
func WithSent(ctx context.Context, members ...string) context.Context {
	return context.WithValue(ctx, callKey{}, &Call{bound: members})
}

// Sent reports whether the client sent the member, whose zero would otherwise
// look absent. Nested members go by path, in the SDK's names and with list indices
// from 0: "Entries.0.DelaySeconds".
func Sent(ctx context.Context, member string) bool { return CallOf(ctx).Sent(member) }

// Sent is the function Sent for this call.
func (c *Call) Sent(member string) bool {
	for _, bound := range c.bound {
		if bound == member {
			return true
		}
	}
	if c.sent == nil || c.plan == nil {
		return false
	}
	return sentBelow(c.plan, c.sent, strings.Split(member, "."))
}

// Text gives a member of the request's top level that is text, "" if there is none.
// It works for requests that were refused before they were decoded too, in the JSON
// protocols; elsewhere only for decoded ones.
func (c *Call) Text(member string) string {
	n := c.sent
	if n == nil {
		if c.Protocol != JSON10 && c.Protocol != JSON11 {
			return ""
		}
		parsed, err := parseJSON(string(c.body))
		if err != nil {
			return ""
		}
		n = &parsed
	}
	if found := n.child(member); found != nil && (found.kind == kindText || found.kind == kindRaw) {
		return found.text
	}
	return ""
}

func sentBelow(p *plan, n *node, path []string) bool {
	for p.shape == shapePointer {
		p = p.elem
	}
	if n.kind == kindNull {
		return false
	}
	if len(path) == 0 {
		return true
	}
	switch p.shape {
	case shapeStruct:
		for i := range n.nodes {
			at, known := p.byWire[n.nodes[i].name]
			if known && p.fields[at].goName == path[0] && sentBelow(p.fields[at].plan, &n.nodes[i], path[1:]) {
				return true
			}
		}
	case shapeList:
		items := n.nodes
		if n.kind == kindTree {
			items, _ = n.elements()
		}
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(items) {
			return sentBelow(p.elem, &items[i], path[1:])
		}
	case shapeMap:
		if c := n.child(path[0]); c != nil {
			return sentBelow(p.elem, c, path[1:])
		}
	}
	return false
}
