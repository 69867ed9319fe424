package present

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// documents are the roots of everything that --json prints.
var documents = []any{
	Version{}, StatusDocument{}, OutputsDocument{}, EnvironmentsDocument{}, VariablesDocument{},
	EventRow{}, DoneRow{}, DiffDocument{}, BootstrapDocument{}, Card{}, Written{},
	MetricsDocument{}, AlarmsDocument{}, AlarmHistoryDocument{}, ChangesDocument{},
}

func TestEveryJSONFieldIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, document := range documents {
		collect(reflect.TypeOf(document), seen)
	}
	if len(seen) < 60 {
		t.Fatalf("only %d fields found", len(seen))
	}
	for name := range seen {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/json.md does not speak of `%s`", name)
		}
		if strings.ToLower(name[:1]) != name[:1] || strings.ContainsAny(name, "_-") {
			t.Errorf("%s is not camelCase", name)
		}
	}
}

func collect(t reflect.Type, into map[string]bool) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return
	}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "" {
			into[name] = true
		}
		collect(field.Type, into)
	}
}
