package store_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/keyvex/keyvex/lambdas/store"
)

func collect[T any](t *testing.T, each iter.Seq2[T, error]) []T {
	t.Helper()
	var out []T
	for v, err := range each {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// must unwraps an answer without an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestUsersAndToolsAreFoundByEachOfTheirKeys(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		user := store.User{ID: "u-1", Email: "Ann@b.example", Name: "Ann", CreatedAt: noon}
		tool := store.Tool{ID: "t-1", UserID: "u-1", Title: "ROI", ThankVisitors: true, CreatedAt: noon}
		if err := errors.Join(table.PutUser(t.Context(), user), table.PutTool(t.Context(), tool), table.PutTool(t.Context(), store.Tool{ID: "t-0", UserID: "u-1"})); err != nil {
			t.Fatal(err)
		}
		if got := must(table.User(t.Context(), "u-1")); got != user {
			t.Errorf("got %+v", got)
		}
		if got := must(table.UsersAt(t.Context(), "ann@B.example")); len(got) != 1 || got[0] != user {
			t.Errorf("by address: %+v", got)
		}
		if got := must(table.Tool(t.Context(), "t-1")); got != tool {
			t.Errorf("got %+v", got)
		}
		if got := must(table.ToolsOf(t.Context(), "u-1")); len(got) != 2 || got[1] != tool {
			t.Errorf("of the user: %+v", got)
		}
		_, noUser := table.User(t.Context(), "u-2")
		_, noTool := table.Tool(t.Context(), "t-2")
		if !errors.Is(noUser, store.ErrNotFound) || !errors.Is(noTool, store.ErrNotFound) {
			t.Errorf("missing: %v, %v", noUser, noTool)
		}
	})
}

func TestLeadsAreStoredOnceAndListedNewestFirst(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		for n, id := range []string{"l-2", "l-1"} {
			lead := store.Lead{ID: id, ToolID: "t-1", Email: "A@b.example", CreatedAt: noon.Add(time.Duration(n) * time.Millisecond)}
			if !must(table.AddLead(t.Context(), lead)) {
				t.Errorf("%s is not new", id)
			}
			lead.Email = "changed"
			if must(table.AddLead(t.Context(), lead)) {
				t.Errorf("%s is new twice", id)
			}
		}
		for name, leads := range map[string][]store.Lead{"tool": must(table.LeadsOf(t.Context(), "t-1")), "address": must(table.LeadsAt(t.Context(), "a@B.example"))} {
			if len(leads) != 2 || leads[0].ID != "l-1" || leads[1].Email != "A@b.example" {
				t.Errorf("by %s: %+v", name, leads)
			}
		}
	})
}

func TestAMailIsBegunOnceAndItsFirstOutcomeStands(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		lead := store.Lead{ID: "l-1", ToolID: "t-1", Email: "a@b.example", CreatedAt: noon}
		must(table.AddLead(t.Context(), lead))
		begin := func(message string, receive int, at time.Time, want store.EffectStatus) {
			t.Helper()
			got := must(table.BeginMail(t.Context(), lead, store.ToOwner, store.Claim{MessageID: message, Receive: receive, Until: noon.Add(2 * time.Minute)}, at))
			if got.Status != want {
				t.Errorf("message %s, receive %d: %s, want %s", message, receive, got.Status, want)
			}
		}
		begin("a", 1, noon, store.EffectMine)
		begin("b", 1, noon, store.EffectBusy)
		begin("a", 2, noon, store.EffectInterrupted)
		begin("b", 1, noon.Add(3*time.Minute), store.EffectInterrupted)
		if err := table.ReleaseMail(t.Context(), lead, store.ToOwner, noon); err != nil {
			t.Fatal(err)
		}
		begin("a", 3, noon, store.EffectMine)
		first := store.Mail{Outcome: store.MailSent, At: noon}
		for _, mail := range []store.Mail{first, {Outcome: store.MailRefused, At: noon}} {
			if err := table.SettleMail(t.Context(), lead, store.ToOwner, mail); err != nil {
				t.Fatal(err)
			}
		}
		begin("c", 1, noon, store.EffectDone)
		if got := must(table.Lead(t.Context(), "t-1", "l-1")); *got.OwnerMail != first || got.VisitorMail != nil {
			t.Errorf("recorded %+v", got)
		}
	})
}

func TestRequestsAndAlertsAreListedByTime(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		for n := range 3 {
			at := noon.Add(time.Duration(-n) * time.Nanosecond)
			if err := errors.Join(
				table.PutRequest(t.Context(), store.Request{ID: fmt.Sprint("r-", n), At: at, Route: "/", Status: 200}),
				table.PutAlert(t.Context(), store.Alert{ID: fmt.Sprint("a-", n), RaisedAt: at, Severity: "high"}),
			); err != nil {
				t.Fatal(err)
			}
		}
		if got := collect(t, table.RequestsOn(t.Context(), "2026-11-22")); len(got) != 3 || got[0].ID != "r-2" || got[2].ID != "r-0" {
			t.Errorf("requests %+v", got)
		}
		if got := collect(t, table.Alerts(t.Context())); len(got) != 3 || got[0].ID != "a-0" || got[2].ID != "a-2" {
			t.Errorf("alerts %+v", got)
		}
		if got := must(table.Alert(t.Context(), "a-1")); got.Severity != "high" {
			t.Errorf("alert %+v", got)
		}
	})
}

func TestInteractionsAreCountedOnceAndReadByTime(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		at := func(id string, seconds int) store.Interaction {
			return store.Interaction{ID: id, ToolID: "t-1", Type: "form.submit", OccurredAt: noon.Add(time.Duration(seconds) * time.Second), VisitorID: "v", Properties: `{"deep":{"":1e999}}`}
		}
		if got := must(table.AddInteractions(t.Context(), []store.Interaction{at("b", 1), at("a", 0), at("b", 1)})); len(got) != 2 {
			t.Errorf("new: %+v", got)
		}
		if got := must(table.AddInteractions(t.Context(), []store.Interaction{at("a", 0), at("c", 2)})); len(got) != 1 || got[0].ID != "c" {
			t.Errorf("new: %+v", got)
		}
		got := collect(t, table.Interactions(t.Context(), "t-1", noon, noon.Add(2*time.Second)))
		if len(got) != 2 || got[0] != at("a", 0) || got[1] != at("b", 1) {
			t.Errorf("read %+v", got)
		}
		day := must(table.Daily(t.Context(), "2026-11-22", "t-1"))
		if want := "{2026-11-22 t-1 3 map[form.submit:3]}"; fmt.Sprint(day) != want {
			t.Errorf("counted %v", day)
		}
		for name, days := range map[string][]store.Daily{"day": must(table.DailyOn(t.Context(), "2026-11-22")), "tool": must(table.DailyOf(t.Context(), "t-1"))} {
			if len(days) != 1 || fmt.Sprint(days[0]) != fmt.Sprint(day) {
				t.Errorf("by %s: %v", name, days)
			}
		}
		if empty := must(table.Daily(t.Context(), "2026-11-23", "t-1")); empty.Total != 0 {
			t.Errorf("another day: %v", empty)
		}
		large := at("d", 3)
		large.Properties = strings.Repeat("x", 500_000)
		if _, err := table.AddInteractions(t.Context(), []store.Interaction{large}); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
	})
}

func TestAllPagesAreRead(t *testing.T) {
	eachDynamoDB(t, func(t *testing.T, table *store.Table) {
		for n := range 8 { // 300 kB each, and a page is 1 MB
			i := store.Interaction{ID: fmt.Sprint(n), ToolID: "t-1", Type: "view", OccurredAt: noon, Properties: strings.Repeat("x", 300_000)}
			must(table.AddInteractions(t.Context(), []store.Interaction{i}))
		}
		if got := collect(t, table.Interactions(t.Context(), "t-1", noon, noon.Add(1))); len(got) != 8 {
			t.Errorf("%d interactions", len(got))
		}
		for range table.Interactions(t.Context(), "t-1", noon, noon.Add(1)) {
			break // a reader may stop
		}
	})
}
