package resource_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type serviceError struct{ code, message string }

func (e *serviceError) Error() string        { return e.code + ": " + e.message }
func (e *serviceError) ErrorCode() string    { return e.code }
func (e *serviceError) ErrorMessage() string { return e.message }

func TestEncodeGivesBackWhatDecodeTook(t *testing.T) {
	properties := map[string]any{
		"Description": "a", "Period": 30.0, "Threshold": 0.5, "Enabled": false,
		"Dimensions": []any{map[string]any{"Name": "n", "Value": ""}},
		"Variables":  map[string]any{"A": ""},
		"Policy":     map[string]any{"Version": "2012-10-17"},
	}
	var a alarm
	if err := resource.Decode(properties, &a); err != nil {
		t.Fatal(err)
	}
	if got := resource.Encode(&a); !reflect.DeepEqual(got, properties) {
		t.Errorf("got %v, want %v", got, properties)
	}
}

func TestStepsTranslateTheServicesErrors(t *testing.T) {
	var fail error
	typ := resource.Typed(resource.Type{}, resource.Steps[alarm]{
		Create: func(context.Context, resource.Request, *alarm) (resource.Result, error) {
			return resource.Result{}, fail
		},
		Delete: func(context.Context, resource.Request, *alarm) error { return fail },
	})
	r := resource.Request{Properties: map[string]any{"Threshold": 1.0}}
	for code, want := range map[string]string{
		"EntityAlreadyExists": "AlreadyExists", "NoSuchEntity": "NotFound", "DependencyViolation": "ResourceConflict",
		"ValidationError": "InvalidRequest", "Odd": "GeneralServiceException",
	} {
		fail = &serviceError{code, "said so"}
		_, err := typ.Create(t.Context(), r)
		if e, ok := errors.AsType[*resource.Error](err); !ok || e.Code != want || e.Message != "said so" {
			t.Errorf("%s: got %#v, want code %s", code, err, want)
		}
		if err := typ.Delete(t.Context(), r); (err == nil) != (want == "NotFound") {
			t.Errorf("delete after %s: got %v", code, err)
		}
	}
}

func TestGeneratedNamesFitTheLimit(t *testing.T) {
	r := resource.Request{StackName: "Keyvex-env-placeholder0-Monitoring", LogicalID: "AiProcessorRole", Token: "t"}
	for _, limit := range []int{32, 40, 64, 255} {
		name := r.GeneratedName(limit)
		if len(name) > limit || strings.Count(name, "-") < 2 {
			t.Errorf("limit %d: %q has %d characters", limit, name, len(name))
		}
	}
	if got := r.GeneratedName(255); !strings.HasPrefix(got, "Keyvex-env-placeholder0-Monitoring-AiProcessorRole-") {
		t.Errorf("a long limit cut the name to %q", got)
	}
	other := r
	other.Token = "u"
	if r.GeneratedName(64) == other.GeneratedName(64) {
		t.Error("two tokens gave one name")
	}
}
