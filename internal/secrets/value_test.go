package secrets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const canary = "CANARY-7f3a9c"

// holders hold a value the way code may come to: in fields, pointers, maps, errors.
func holders(v Value) []any {
	type inner struct{ v Value }
	type outer struct {
		Exported Value
		in       inner
		pointer  *inner
		any      any
		list     []Value
	}
	return []any{
		v, &v, inner{v}, &inner{v}, outer{Exported: v, in: inner{v}, pointer: &inner{v}, any: v, list: []Value{v}},
		[]Value{v}, map[string]Value{"k": v}, Snapshot{document: v}, Plan{next: v}, Change{Value: v},
		Import{Changes: []Change{{Value: v}}}, text{value: v}, pending{token: v},
	}
}

func TestAValuePrintsAsRedactedInEveryWay(t *testing.T) {
	v := NewValue([]byte(canary))
	for _, h := range holders(v) {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%c", "%U", "%b", "%t", "%e", "%T", "%20.3s"} {
			fmt.Fprintf(&out, verb, h)
		}
		fmt.Fprintln(&out, h, errors.Join(fmt.Errorf("%w: %v", errors.New("x"), h)))
		if text, err := json.Marshal(h); err == nil {
			out.Write(text)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("m", "value", h, slog.Group("g", "v", h))
		}
		said := strings.ToUpper(out.String())
		for _, form := range []string{canary, fmt.Sprintf("%X", canary), "67 65 78"} {
			if strings.Contains(said, form) {
				t.Errorf("%T says its value: %s", h, out.String())
			}
		}
	}
	if fmt.Sprint(v) != "[redacted]" || v.String() != "[redacted]" {
		t.Error(fmt.Sprint(v))
	}
}

func TestAPanicDoesNotTellTheValue(t *testing.T) {
	defer func() {
		if said := fmt.Sprint(recover()); strings.Contains(said, canary) {
			t.Error(said)
		}
	}()
	panic(Plan{next: NewValue([]byte(canary))})
}

func TestWipeOverwritesTheBuffer(t *testing.T) {
	buffer := []byte(canary)
	v := NewValue(buffer)
	v.Wipe()
	if !bytes.Equal(buffer, make([]byte, len(canary))) {
		t.Errorf("%q is left", buffer)
	}
	Value{}.Wipe() // an empty one has nothing to wipe
}

func TestFingerprintsTellValuesApart(t *testing.T) {
	one, other := NewValue([]byte("one")), NewValue([]byte("other"))
	if one.Fingerprint() == other.Fingerprint() || len(one.Fingerprint()) != 8 || one.Fingerprint() != NewValue([]byte("one")).Fingerprint() {
		t.Error(one.Fingerprint(), other.Fingerprint())
	}
}

// TestTheSDKLogsNothing holds that no client is told to log requests: the SDK would
// write whole bodies, with their values.
func TestTheSDKLogsNothing(t *testing.T) {
	s := session(t)
	for name, mode := range map[string]aws.ClientLogMode{
		"Secrets Manager": s.SecretsManager().Options().ClientLogMode, "ElastiCache": s.ElastiCache().Options().ClientLogMode,
	} {
		if mode != 0 {
			t.Errorf("the client of %s logs %b", name, mode)
		}
	}
}
