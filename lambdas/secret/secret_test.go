package secret_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/lambdas/secret"
)

// keeper gives a new version at each read.
type keeper struct {
	reads int
	text  string
	err   error
}

func (k *keeper) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	k.reads++
	return &secretsmanager.GetSecretValueOutput{SecretString: &k.text, VersionId: new(fmt.Sprint("v", k.reads))}, k.err
}

const document = `{"openai_api_key":"CANARY"}`

func TestAValueIsReadOnceAMinuteAndAtOnceAfterARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{text: document}
		cache := secret.New(k, "ai", clock.Wall{})
		for _, step := range []struct {
			wait    time.Duration
			refresh bool
			version string
		}{
			{0, false, "v1"}, {59 * time.Second, false, "v1"}, {2 * time.Second, false, "v2"},
			{time.Second, true, "v3"}, // read a second ago, but not for a refusal: the key may have been rotated since
			{time.Second, true, "v3"}, // read a second ago for another refusal
			{4 * time.Second, true, "v4"}, {0, false, "v4"},
		} {
			time.Sleep(step.wait)
			read := cache.Get
			if step.refresh {
				read = cache.Refresh
			}
			value, err := read(t.Context())
			if err != nil || value.Version != step.version || value.Key("openai_api_key") != "CANARY" || value.Key("none") != "" {
				t.Fatalf("got %s, %v; want %s", value.Version, err, step.version)
			}
		}
	})
}

func TestAValuePrintsAsRedactedInEveryWay(t *testing.T) {
	cache := secret.New(&keeper{text: document}, "ai", clock.Wall{})
	value, err := cache.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "value", value, "inside", struct{ V secret.Value }{value}, "pointer", &value)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "value", value, "inside", struct{ v any }{value})
	encoded, err := json.Marshal(map[string]any{"value": value, "list": []secret.Value{value}})
	if err != nil {
		t.Fatal(err)
	}
	printed := log.String() + string(encoded)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed += fmt.Sprintf(verb+verb+verb, value, &value, struct{ v secret.Value }{value})
	}
	if strings.Contains(printed, "CANARY") || strings.Contains(printed, fmt.Sprintf("%x", "CANARY")) || !strings.Contains(printed, "[redacted]") {
		t.Fatalf("printed %s", printed)
	}
}

func TestMembersThatAreNoTextsAreNoKeysAndHideNone(t *testing.T) {
	k := &keeper{text: `{"openai_api_key":"CANARY","retries":3,"on":true,"none":null,"more":{"a":["b"]}}`}
	value, err := secret.New(k, "ai", clock.Wall{}).Get(t.Context())
	if err != nil || value.Key("openai_api_key") != "CANARY" {
		t.Fatalf("got %v", err)
	}
	for _, name := range []string{"retries", "on", "none", "more"} {
		if key := value.Key(name); key != "" {
			t.Errorf("%s is the key %q", name, key)
		}
	}
}

func TestFailuresQuoteNothingAndAreNotKept(t *testing.T) {
	k := &keeper{text: `{"openai_api_key": CANARY}`}
	cache := secret.New(k, "ai", clock.Wall{})
	if _, err := cache.Get(t.Context()); err == nil || strings.Contains(err.Error(), "CANARY") {
		t.Fatalf("got %v", err)
	}
	k.text, k.err = document, errors.New("throttled")
	if _, err := cache.Get(t.Context()); !errors.Is(err, k.err) {
		t.Fatalf("got %v", err)
	}
	k.err = nil
	if value, err := cache.Get(t.Context()); err != nil || value.Key("openai_api_key") != "CANARY" {
		t.Fatalf("got %v", err)
	}
}
