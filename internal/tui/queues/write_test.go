package queues

import (
	"context"
	"maps"
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
	fail, ok := p.Update(edited{m, written{text: strings.Replace(m.Body, "nobody", "still-nobody", 1)}})().(page.Fail)
	if !ok || !problem.Is(fail.Err, problem.Refused) || !strings.Contains(fail.Err.Error(), "email") {
		t.Errorf("%v", fail.Err)
	}
	if again, ok := p.edit()().(page.Edit); !ok || !strings.Contains(again.Text, "still-nobody") {
		t.Errorf("what was written is lost: %q", again.Text)
	}
	if say, ok := p.Update(edited{m, written{text: present.PrettyJSON(m.Body)}})().(page.Say); !ok || !strings.Contains(say.Text, "nothing was changed") {
		t.Errorf("%+v", say)
	}
}

// sender takes what is sent.
type sender struct {
	Source
	sent map[queues.Name]string
}

func (s sender) SendBody(_ context.Context, name queues.Name, body string) (queues.Outgoing, error) {
	s.sent[name] = body
	return queues.Outgoing{ID: "m-2"}, nil
}

func TestAMessageIsWrittenCheckedAndSent(t *testing.T) {
	p, _ := lead(t)
	to := sender{sent: map[queues.Name]string{}}
	p.source = to
	open := func() page.Edit {
		t.Helper()
		edit, ok := p.send().Do()().(page.Edit)
		if !ok {
			t.Fatal("no editor opens")
		}
		return edit
	}
	edit := open()
	if say, ok := p.Update(edit.Done(edit.Text, nil))().(page.Say); !ok || !strings.Contains(say.Text, "nothing was sent") {
		t.Errorf("%+v", say)
	}
	wrong := strings.NewReplacer(`"leadId": ""`, `"leadId": "l-1"`, `"toolId": ""`, `"toolId": "t"`, `"email": ""`, `"email": "nobody"`).Replace(edit.Text)
	if fail, ok := p.Update(edit.Done(wrong, nil))().(page.Fail); !ok || !problem.Is(fail.Err, problem.Refused) {
		t.Errorf("%+v", fail)
	}
	if edit = open(); edit.Text != wrong {
		t.Errorf("what was written is lost: %q", edit.Text)
	}
	ask, ok := p.Update(edit.Done(strings.Replace(wrong, "nobody", "a@example.com", 1), nil))().(page.Ask)
	if !ok || len(to.sent) != 0 {
		t.Fatalf("%+v, sent %v", ask, to.sent)
	}
	want := map[queues.Name]string{{Queue: platform.Email}: `{"email":"a@example.com","leadId":"l-1","toolId":"t","version":1}`}
	if got, ok := ask.Do().(done); !ok || got.err != nil || !maps.Equal(to.sent, want) {
		t.Errorf("%+v, sent %v", got, to.sent)
	}
}
