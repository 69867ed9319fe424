package emailprocessor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/oracle/maintable"
	"github.com/keyvex/keyvex/lambdas/emailprocessor"
	"github.com/keyvex/keyvex/lambdas/store"
)

// Whatever dies where, and whatever the provider answers, no lead is mailed twice,
// each message ends, and the lead says what became of its mail: "sent" only when
// it was, "refused" only when it was not.
func TestALeadIsMailedAtMostOnceUnderRedeliveriesAndDeaths(t *testing.T) {
	client := maintable.New(t)
	run := 0
	rapid.Check(t, func(r *rapid.T) {
		run++
		quiet := store.New(client, maintable.Name)
		m := &maintable.Mortal{Client: client, Dies: func() bool { return rapid.IntRange(0, 5).Draw(r, "dies") == 0 }}
		b := newBench(t, store.New(m, maintable.Name))
		id := fmt.Sprintf("l-%d", run)
		body := strings.Replace(good, "l-1", id, 1)
		for receive := 1; ; receive++ {
			if receive == 20 {
				m.Dies = func() bool { return false }
			}
			b.now = b.now.Add(time.Duration(rapid.IntRange(0, 900).Draw(r, "seconds")) * time.Second)
			verdict := rapid.SampledFrom([]emailprocessor.Verdict{emailprocessor.Accepted, emailprocessor.Refused, emailprocessor.KeyRefused, emailprocessor.TryAgain, emailprocessor.Unknown}).Draw(r, "verdict")
			if receive >= 20 {
				verdict = emailprocessor.Accepted
			}
			b.verdicts = []emailprocessor.Result{{Verdict: verdict}}
			m.Dead = false
			if b.receive("m", receive, body) && !m.Dead {
				break
			}
			if receive > 25 {
				r.Fatalf("the message does not end: %s", &b.log)
			}
		}
		lead, err := quiet.Lead(r.Context(), "t-1", id)
		if err != nil || lead.OwnerMail == nil {
			r.Fatalf("%+v, %v", lead, err)
		}
		sent := len(b.mails)
		if sent > 1 || lead.OwnerMail.Outcome == store.MailSent && sent != 1 || lead.OwnerMail.Outcome == store.MailRefused && sent != 0 {
			r.Fatalf("%s, and %d mails went out", lead.OwnerMail.Outcome, sent)
		}
	})
}
