// Package mirror holds the wire against the SDK: it fills inputs and outputs of
// every operation, sends them through the SDK's own serializers and deserializers,
// and compares what arrives. It is for tests only.
package mirror

import (
	"context"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// Check sends every registered operation of the service through the SDK's client.
// The service's own functions are not called. It returns how many operations were
// compared.
func Check(t *testing.T, s *wire.Service, client func(aws.Config) any) int {
	t.Helper()
	m := &mirror{service: copyOf(s)}
	for _, op := range s.Operations() {
		wire.HandleType(m.service, op.In, op.Out, m.answer(op.Out), op.Route)
	}
	return m.run(t, client)
}

// CheckAll does the same for every operation that the client has, registered or
// not; s says how the service is addressed.
func CheckAll(t *testing.T, s *wire.Service, client func(aws.Config) any) int {
	t.Helper()
	m := &mirror{service: copyOf(s)}
	methods := reflect.TypeOf(client(aws.Config{}))
	for i := range methods.NumMethod() {
		if method := methods.Method(i); isOperation(method) {
			out := method.Type.Out(0).Elem()
			wire.HandleType(m.service, method.Type.In(2).Elem(), out, m.answer(out))
		}
	}
	return m.run(t, client)
}

// copyOf is the service without its operations.
func copyOf(s *wire.Service) *wire.Service {
	return &wire.Service{
		Name: s.Name, Protocols: s.Protocols, TargetPrefix: s.TargetPrefix, Version: s.Version, Namespace: s.Namespace,
		LowerCamel: s.LowerCamel, Names: s.Names, ListNames: s.ListNames, Times: s.Times, Errors: s.Errors,
	}
}

// isOperation recognizes func(ctx, *XInput, ...func(*Options)) (*XOutput, error) of
// the name X.
func isOperation(m reflect.Method) bool {
	return m.Type.NumIn() == 4 && m.Type.NumOut() == 2 && m.Type.In(2).Kind() == reflect.Pointer &&
		m.Type.In(2).Elem().Name() == m.Name+"Input" && !streams(m.Type.Out(0).Elem())
}

// streams tells that an operation answers with an event stream, which no struct
// carries.
func streams(out reflect.Type) bool {
	_, ok := out.FieldByName("eventStream")
	return ok
}

// mirror is one service whose operations answer with what the test prepared.
type mirror struct {
	service  *wire.Service
	received any
	prepared reflect.Value
}

func (m *mirror) answer(reflect.Type) func(context.Context, any) (any, error) {
	return func(_ context.Context, in any) (any, error) {
		m.received = in
		return m.prepared.Interface(), nil
	}
}

func (m *mirror) run(t *testing.T, client func(aws.Config) any) int {
	router := &wire.Router{}
	router.Add(m.service)
	c := reflect.ValueOf(client(config(router)))
	count := 0
	for _, op := range m.service.Operations() {
		method := c.MethodByName(op.Name)
		if !method.IsValid() {
			t.Errorf("%T has no operation %s", c.Interface(), op.Name)
			continue
		}
		if streams(op.Out) {
			continue
		}
		count++
		t.Run(op.Name, func(t *testing.T) { m.compare(t, method, op) })
	}
	return count
}

func config(h http.Handler) aws.Config {
	c := wire.SDKConfig(h, "eu-west-1", credentials.NewStaticCredentialsProvider("AKIAMIRROR", "mirror", ""))
	c.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return c
}

// compare sends a full input and gets a full output, and then an empty one.
func (m *mirror) compare(t *testing.T, method reflect.Value, op *wire.Operation) {
	in := reflect.New(op.In)
	f := filler{headers: boundNames(op.Route), open: map[reflect.Type]int{}}
	f.fill(in.Elem())
	for _, member := range overwritten[op.Name] {
		in.Elem().FieldByName(member).SetZero()
	}
	for _, full := range []bool{true, false} {
		m.received, m.prepared = nil, reflect.New(op.Out)
		if full {
			f.fill(m.prepared.Elem())
			setStatus(m.prepared.Elem(), op.Route)
		}
		rewind(in.Elem())
		results := method.Call([]reflect.Value{reflect.ValueOf(t.Context()), in})
		if err, _ := results[1].Interface().(error); err != nil {
			t.Fatalf("the SDK's client: %v", err)
		}
		rewind(in.Elem())
		for _, member := range overwritten[op.Name] {
			reflect.ValueOf(m.received).Elem().FieldByName(member).SetZero()
		}
		if d := diff(in, reflect.ValueOf(m.received), op.Name+"Input"); d != "" {
			t.Errorf("input: %s", d)
		}
		if !full {
			setStatus(m.prepared.Elem(), op.Route)
		}
		rewind(m.prepared.Elem())
		if d := diff(m.prepared, results[0], op.Name+"Output"); d != "" {
			t.Errorf("output (full: %v): %s", full, d)
		}
	}
}

// overwritten are members that the SDK's client replaces with a header of its own.
var overwritten = map[string][]string{"GetExport": {"Accepts"}}

// setStatus puts a valid HTTP status into the member that mirrors it.
func setStatus(out reflect.Value, r wire.Route) {
	if r.StatusMember != "" {
		out.FieldByName(r.StatusMember).SetInt(int64(max(r.Status, http.StatusOK)))
	}
}

// boundNames are the members that travel in headers, in whose timestamps there are
// no milliseconds.
func boundNames(r wire.Route) map[string]bool {
	names := map[string]bool{}
	for _, table := range []map[string]string{r.Header, r.ResponseHeader} {
		for _, member := range table {
			names[member] = true
		}
	}
	return names
}

func ignored(f reflect.StructField) bool {
	return !f.IsExported() || f.Name == "ResultMetadata" || strings.HasPrefix(f.Name, "noSmithy")
}
