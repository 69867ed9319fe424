package insights

import (
	"iter"
	"strings"
	"testing"
)

// events are from the latest to the earliest, a minute apart.
func events(messages ...string) iter.Seq2[Record, error] {
	const newest = 1795377600000 // 2026-11-22 20:00:00 UTC
	return func(yield func(Record, error) bool) {
		for i, m := range messages {
			if !yield(Record{Timestamp: newest - int64(i)*60_000, Log: "1:g", Stream: "s", Message: m, Ptr: "p"}, nil) {
				return
			}
		}
	}
}

// run gives a result as one line per row, without the pointers.
func runQuery(t *testing.T, query string, messages ...string) string {
	t.Helper()
	q, err := Parse(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	result, err := q.Run(events(messages...), 0)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range result.Rows {
		var cells []string
		for _, f := range row {
			if f.Name != "@ptr" {
				cells = append(cells, f.Name+"="+f.Value)
			}
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, "\n")
}

func TestQueriesGiveWhatTheDocumentationSays(t *testing.T) {
	users := []string{
		`{"level":"info","user":{"id":3},"ms":10}`, `{"level":"error","user":{"id":1},"ms":30}`,
		`{"level":"info","user":{"id":2},"ms":20}`, `plain text of user=bob, 7 times`,
	}
	report := []string{
		"REPORT RequestId: 6b1c4a6c\tDuration: 12.50 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 31 MB\tInit Duration: 90.00 ms\t",
		"END RequestId: 6b1c4a6c", "START RequestId: 6b1c4a6c Version: $LATEST",
	}
	for _, tc := range []struct {
		query    string
		messages []string
		want     string
	}{
		{`fields level | limit 1`, users, "level=info"},
		{`fields @timestamp, @logStream, @log | limit 1`, users, "@timestamp=2026-11-22 20:00:00.000 @logStream=s @log=1:g"},
		{`filter level = "error" | display user.id`, users, "user.id=1"},
		{`fields user.id as id | filter ms > 10 and ms <= 30 | sort id asc | display id, ms`, users, "id=1 ms=30\nid=2 ms=20"},
		{`fields ms * 2 + 1 as twice | filter ispresent(ms) | sort ms desc | display twice | limit 2`, users, "twice=61\ntwice=41"},
		{`filter level in ["error", "fatal"] or @message like "bob" | display level`, users, "level=error\n"},
		{`filter @message like /user=\w+/ | display 1 as found`, users, "found=1"},
		{`filter @message =~ /(?i)PLAIN/ | display 1 as found`, users, "found=1"},
		{`filter not ispresent(level) and @message not like /x{3}/ | display strlen(@message) as n`, users, "n=31"},
		{`filter level != "info" and ispresent(level) | display ms`, users, "ms=30"},
		{`parse @message "user=*, * times" as name, n | filter ispresent(name) | display name, n`, users, "name=bob n=7"},
		{`parse @message /user=(?<name>\w+)/ | filter ispresent(name) | display name`, users, "name=bob"},
		{`stats count(*) as n, sum(ms), avg(ms), min(ms), max(ms), pct(ms, 50) by level | sort n desc | limit 1`, users,
			"level=info n=2 sum(ms)=30 avg(ms)=15 min(ms)=10 max(ms)=20 pct(ms, 50)=10"},
		{`stats count(*) by bin(2m) | sort bin(2m) asc`, users, "bin(2m)=2026-11-22 19:56:00.000 count(*)=1\nbin(2m)=2026-11-22 19:58:00.000 count(*)=2\nbin(2m)=2026-11-22 20:00:00.000 count(*)=1"},
		{`stats count_distinct(level) as levels, count() as all`, users, "levels=2 all=4"},
		{`stats avg(ms) by level | sort avg(ms) desc | limit 1`, users, "level=error avg(ms)=30"},
		{`stats sum(ms) as total`, nil, ""},
		{`filter ispresent(level) | dedup level | display level, ms`, users, "level=info ms=10\nlevel=error ms=30"},
		{"filter ispresent(level) | sort ms desc | dedup level | display level, `ms` # the slowest", users, "level=error ms=30\nlevel=info ms=20"},
		{`fields a.1.b`, []string{`{"a":[0,{"b":"x"}]}`}, "a.1.b=x"},
		{`filter @type = "REPORT" | stats max(@maxMemoryUsed / 1000 / 1000) as mb, avg(@duration) as d, sum(@billedDuration) as b, max(@initDuration) as i`, report, "mb=31 d=12.5 b=13 i=90"},
		{`fields @type, @requestId`, report, "@type=REPORT @requestId=6b1c4a6c\n@type=END @requestId=6b1c4a6c\n@type=START @requestId=6b1c4a6c"},
		{`fields concat(toupper(level), "-", coalesce(nothing, "x")) as c | limit 1`, users, "c=INFO-x"},
	} {
		if got := runQuery(t, tc.query, tc.messages...); got != tc.want {
			t.Errorf("%s\n got %q\nwant %q", tc.query, got, tc.want)
		}
	}
}

func TestMatchedAndScannedAreCounted(t *testing.T) {
	q, err := Parse(`filter @message like "a" | limit 1`)
	if err != nil {
		t.Fatal(err)
	}
	result, err := q.Run(events("a1", "a2", "bcd"), 0)
	if err != nil || len(result.Rows) != 1 || result.Matched != 2 || result.Scanned != 3 || result.Bytes != 7 {
		t.Errorf("%+v, %v", result, err)
	}
}

func TestQueriesThatAreNoneAreRefused(t *testing.T) {
	for _, query := range []string{
		``, `nothing`, `fields`, `fields a,`, `filter a =`, `filter a in b`, `filter a like b`, `filter (a = 1`, `filter a like /(/`, `limit 0`, `limit x`,
		`limit 10001`, `sort`, `stats`, `stats nothing(a)`, `stats pct(a)`, `parse @message "a"  as b`, `fields f(a)`, `fields a b`, "fields `a", `fields 5x`,
		`stats count(*) | filter a = 1`, `stats count(*) | stats count(*)`,
	} {
		if _, err := Parse(query); err == nil {
			t.Errorf("%s is accepted", query)
		}
	}
}

func FuzzQuery(f *testing.F) {
	f.Add("fields a.b as c, ispresent(d) | filter not (a like /x/ or b in [1, 'y']) | sort a desc | dedup c | limit 5", `{"a":{"b":1}}`)
	f.Add(`parse @message "* - *" as a, b | stats count(*) as n, pct(a, 95) by bin(5m), b | sort n`, "1 - 2")
	f.Fuzz(func(t *testing.T, query, message string) {
		q, err := Parse(query)
		if err != nil {
			return
		}
		if result, err := q.Run(events(message, message), 0); err != nil || result.Scanned != 2 {
			t.Errorf("%+v, %v", result, err)
		}
	})
}
