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
		plain := written(t, Lead{Name: strings.Repeat("n", min(1, len(name))), Answers: json.RawMessage(document)}, "t")
		mail := written(t, Lead{Name: name, Answers: json.RawMessage(document)}, tool)
		if strings.ContainsAny(mail.Subject, "\r\n") {
			t.Errorf("subject %q", mail.Subject)
		}
		if got, want := strings.Count(mail.HTML, "<"), strings.Count(plain.HTML, "<"); got != want {
			t.Errorf("%d tags, want %d: %s", got, want, mail.HTML)
		}
	})
}

func written(t *testing.T, in Lead, tool string) Mail {
	t.Helper()
	mail, err := render(store.ToOwner, in, tool)
	if err != nil {
		t.Fatal(err)
	}
	return mail
}
