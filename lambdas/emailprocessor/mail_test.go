package emailprocessor

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/lambdas/store"
)

// Whatever a visitor enters, the mail can be written, no markup of theirs is in the
// page, and no line break in the subject.
func FuzzMailsAreSafe(f *testing.F) {
	f.Add("<script>alert(1)</script>", "ROI\r\nBcc: x", `{"<b>":"<i>","n":null}`)
	f.Add("", "", "not JSON")
	f.Fuzz(func(t *testing.T, name, tool, document string) {
		plain := render(store.ToOwner, Lead{Name: strings.Repeat("n", min(1, len(name))), Answers: json.RawMessage(document)}, "t")
		mail := render(store.ToOwner, Lead{Name: name, Answers: json.RawMessage(document)}, tool)
		if strings.ContainsAny(mail.Subject, "\r\n") {
			t.Errorf("subject %q", mail.Subject)
		}
		if got, want := strings.Count(mail.HTML, "<"), strings.Count(plain.HTML, "<"); got != want {
			t.Errorf("%d tags, want %d: %s", got, want, mail.HTML)
		}
	})
}

func TestMailsSayWhatTheLeadSays(t *testing.T) {
	in := Lead{Name: "Ada <b>", Email: "ada@example.com", Answers: json.RawMessage(`{"b {{tool}}":2,"a":"x & y"}`)}
	mail := render(store.ToOwner, in, "ROI & more")
	want := "Ada <b> left an address in ROI & more.\n\nE-mail: ada@example.com\nName: Ada <b>\na: x & y\nb {{tool}}: 2\n\n"
	if mail.Text != want {
		t.Errorf("text %q\nwant %q", mail.Text, want)
	}
	for _, part := range []string{
		"<p>Ada &lt;b&gt; left an address in ROI &amp; more.</p>", "<td>x &amp; y</td>", "<th align=\"left\">b {{tool}}</th>",
	} {
		if !strings.Contains(mail.HTML, part) {
			t.Errorf("%q is not in %s", part, mail.HTML)
		}
	}
	if thanks := render(store.ToVisitor, Lead{}, "t"); !strings.HasPrefix(thanks.Text, "Hello,\n") {
		t.Errorf("nobody is greeted %q", thanks.Text)
	}
}
