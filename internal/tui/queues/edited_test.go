package queues

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/style"
)

// lead is a page on a dead letter whose address is wrong.
func lead(t *testing.T) (*Page, *queues.Message) {
	t.Helper()
	host := &page.Host{Context: t.Context(), Clock: clock.Wall{}, Style: style.New(present.Look{})}
	p := New(host, page.Target{Queue: "email-dlq"}, Options{Runs: &Runs{}, Allow: func(context.Context) error { return nil }})
	p.width = 80
	m := &queues.Message{ID: "m-1", Body: `{"version":1,"leadId":"l-1","toolId":"t","email":"nobody"}`}
	p.open.messages = []*queues.Message{m}
	p.open.pick()
	return p, m
}

func TestAnEditOpensTheBodyReadableAndComesBackAsItWasWritten(t *testing.T) {
	p, m := lead(t)
	edit, ok := p.edit()().(page.Edit)
	if !ok || edit.Text != "{\n  \"version\": 1,\n  \"leadId\": \"l-1\",\n  \"toolId\": \"t\",\n  \"email\": \"nobody\"\n}\n" {
		t.Fatalf("%q", edit.Text)
	}
	text := strings.Replace(edit.Text, "nobody", "a@example.com", 1)
	ask, ok := p.Update(edit.Done(text, nil))().(page.Ask)
	if !ok || !reflect.DeepEqual(ask.Lines, []string{"m-1", "  email", `  - "nobody"`, `  + "a@example.com"`}) {
		t.Fatalf("%q", ask.Lines)
	}
	if got, ok := ask.Do().(begun); !ok || got.err != nil || got.queue != platform.Email {
		t.Errorf("%+v", got)
	}
	_ = m
}

func TestAnEditThatWouldDieAgainOrChangesNothingMovesNothing(t *testing.T) {
	p, m := lead(t)
	fail, ok := p.Update(edited{message: m, text: strings.Replace(m.Body, "nobody", "still-nobody", 1)})().(page.Fail)
	if !ok || !problem.Is(fail.Err, problem.Refused) || !strings.Contains(fail.Err.Error(), "email") {
		t.Errorf("%v", fail.Err)
	}
	if say, ok := p.Update(edited{message: m, text: present.PrettyJSON(m.Body)})().(page.Say); !ok || !strings.Contains(say.Text, "nothing was changed") {
		t.Errorf("%+v", say)
	}
}
