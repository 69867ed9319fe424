package queues_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/queues"
)

func sets(t testing.TB, texts ...string) []queues.Set {
	var out []queues.Set
	for _, text := range texts {
		set, err := queues.ParseSet(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out = append(out, set)
	}
	return out
}

func TestAnEditChangesWhatItSaysAndKeepsNumbersAsTheyAre(t *testing.T) {
	body := `{"version":1,"big":12345678901234567890,"input":{"prompt":"a < b","history":[{"text":"x"}]},"model":"old"}`
	after, err := queues.Edit(body, sets(t, "input.maxTokens=256", "provider=anthropic", "model-", "input.history.0.text=y=z", `tags=["a"]`, "new.inner=true"))
	want := `{"big":12345678901234567890,"input":{"history":[{"text":"y=z"}],"maxTokens":256,"prompt":"a < b"},"new":{"inner":true},"provider":"anthropic","tags":["a"],"version":1}`
	if err != nil || after != want {
		t.Errorf("%s, %v", after, err)
	}
	changes := queues.Diff(body, after)
	if len(changes) != 6 || changes[0] != (queues.Change{Path: "input.history.0.text", Before: `"x"`, After: `"y=z"`}) {
		t.Errorf("%+v", changes)
	}
}

func TestAnEditThatCannotBeIsRefused(t *testing.T) {
	for _, test := range [][2]string{{`{"a":1}`, "a.b=2"}, {`{"a":[1]}`, "a.1=2"}, {`{"a":[1]}`, "a.x=2"}, {`not json`, "a=1"}} {
		if after, err := queues.Edit(test[0], sets(t, test[1])); err == nil {
			t.Errorf("%s in %s gave %s", test[1], test[0], after)
		}
	}
	for _, text := range []string{"", "a", "=1", "a..b=1", ".=1"} {
		if _, err := queues.ParseSet(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestABodyIsHeldAgainstItsSchema(t *testing.T) {
	lead := queues.Name{Queue: platform.Email, Dead: true}
	for body, faults := range map[string][]string{
		`{"version":1,"leadId":"l","toolId":"t","email":"a@example.com"}`:        nil,
		`{"version":2,"leadId":"l","toolId":"t","email":"a@example.com"}`:        {"version: "},
		`{"version":1,"leadId":"l","toolId":"t","email":"nobody"}`:               {"email: "},
		`{"version":1,"leadId":"l!","toolId":"t","email":"a@example.com","x":1}`: {"leadId: ", "x is not known"},
		`{"version":1}`: {"email is missing", "leadId is missing", "toolId is missing"},
		`3`:             {"the body: "},
		`[`:             {"the body is no JSON: "},
	} {
		got := queues.Validate(lead, body)
		slices.Sort(got)
		if !slices.EqualFunc(got, faults, strings.HasPrefix) {
			t.Errorf("%s: %q", body, got)
		}
	}
}

func TestAnEditAndItsDiffAgree(t *testing.T) {
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.Bool(), func(b bool) any { return b }), rapid.Map(rapid.String(), func(s string) any { return s }))
	object := rapid.MapOfN(rapid.StringMatching(`[a-c]`), leaf, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		before, _ := json.Marshal(rapid.MapOfN(rapid.StringMatching(`[a-c]`), object, 0, 3).Draw(t, "body"))
		path := []string{rapid.StringMatching(`[a-c]`).Draw(t, "outer"), rapid.StringMatching(`[a-c]`).Draw(t, "inner")}
		value := rapid.String().Draw(t, "value")
		after, err := queues.Edit(string(before), []queues.Set{{Path: path, Value: value}})
		if err != nil {
			t.Fatal(err)
		}
		var was, is map[string]map[string]any
		json.Unmarshal(before, &was)
		json.Unmarshal([]byte(after), &is)
		if was[path[0]] == nil {
			was[path[0]] = map[string]any{}
		}
		var kept any
		text, _ := json.Marshal(value)
		json.Unmarshal(text, &kept)
		was[path[0]][path[1]] = kept
		if !reflect.DeepEqual(was, is) {
			t.Fatalf("%s became %s", before, after)
		}
		if again := queues.Diff(after, after); len(again) != 0 {
			t.Fatalf("%v", again)
		}
	})
}

func FuzzEdit(f *testing.F) {
	f.Add(`{"a":{"b":[1,2]}}`, "a.b.0=3")
	f.Add(`[]`, "x-")
	f.Fuzz(func(t *testing.T, body, text string) {
		set, err := queues.ParseSet(text)
		if err != nil {
			return
		}
		after, err := queues.Edit(body, []queues.Set{set})
		if err != nil {
			return
		}
		if !json.Valid([]byte(after)) {
			t.Errorf("%q with %q became %q", body, text, after)
		}
		queues.Diff(body, after)
		queues.Validate(queues.Name{Queue: platform.AIProcessing}, after)
	})
}
