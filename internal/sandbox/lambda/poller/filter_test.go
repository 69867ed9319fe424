package poller

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// The patterns, and what they match, are those of
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
// and https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html.
func TestPatternsMatchAsDocumented(t *testing.T) {
	const record = `{"RecordNumber": 1, "RequestCode": "BBBB", "TimeStamp": "20200101", "UserID": null, "Tags": ["a", "b"], "Price": 15, "Empty": {}}`
	for pattern, want := range map[string]bool{
		`{"body":{"RequestCode":["BBBB"]}}`:                                         true,
		`{"body":{"RequestCode":["AAAA","BBBB"]}}`:                                  true,
		`{"body":{"RequestCode":["bbbb"]}}`:                                         false,
		`{"body":{"RequestCode":[{"equals-ignore-case":"bbbb"}]}}`:                  true,
		`{"body":{"RequestCode":[{"prefix":"BB"}]}}`:                                true,
		`{"body":{"RequestCode":[{"suffix":"C"}]}}`:                                 false,
		`{"body":{"RequestCode":[{"anything-but":["CCCC"]}]}}`:                      true,
		`{"body":{"RequestCode":[{"anything-but":"BBBB"}]}}`:                        false,
		`{"body":{"RequestCode":[{"anything-but":{"prefix":"B"}}]}}`:                false,
		`{"body":{"UserID":[null]}}`:                                                true,
		`{"body":{"Missing":[null]}}`:                                               false,
		`{"body":{"Missing":[{"exists":false}]}}`:                                   true,
		`{"body":{"UserID":[{"exists":true}]}}`:                                     true,
		`{"body":{"Price":[{"numeric":["=",15]}]}}`:                                 true,
		`{"body":{"Price":[{"numeric":[">",10,"<=",14]}]}}`:                         false,
		`{"body":{"Price":[15]}}`:                                                   true,
		`{"body":{"Tags":["b"]}}`:                                                   true,
		`{"body":{"RequestCode":["BBBB"],"RecordNumber":[2]}}`:                      false,
		`{"$or":[{"body":{"RecordNumber":[2]}},{"body":{"RequestCode":["BBBB"]}}]}`: true,
		`{"body":["text"]}`:                                                         false,
		`{"awsRegion":["us-east-1"]}`:                                               true,
		`{"body":{"Empty":["x"]}}`:                                                  false,
	} {
		f, err := ParseFilter(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		p := &Poller{Source: Source{Filters: []Filter{f}, Region: "us-east-1"}}
		if got := p.wanted(types.Message{Body: aws.String(record)}); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
	f, err := ParseFilter(`{"body":["plain text"]}`)
	if p := (&Poller{Source: Source{Filters: []Filter{f}}}); err != nil || !p.wanted(types.Message{Body: aws.String("plain text")}) {
		t.Errorf("a plain body is not matched by its text: %v", err)
	}
}

func TestWhatIsNoPatternIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "[]", "{}", "null", `{"body":"x"}`, `{"body":{}}`, `{"body":[{"like":"x"}]}`, `{"body":[{"prefix":1}]}`, `{"body":[[1]]}`,
		`{"body":[{"numeric":["about",1]}]}`, `{"body":[{"numeric":["<"]}]}`, `{"body":[{"anything-but":[{}]}]}`, `{"body":[{"exists":1}]}`, `{"$or":[]}`,
	} {
		if _, err := ParseFilter(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add(`{"body":{"a":[{"anything-but":{"prefix":"x"}}]}}`, `{"a":["x",{"b":1}]}`)
	f.Add(`{"$or":[{"body":[null]}]}`, `[[1]]`)
	f.Fuzz(func(t *testing.T, pattern, body string) {
		parsed, err := ParseFilter(pattern)
		if err != nil {
			return
		}
		p := &Poller{Source: Source{Filters: []Filter{parsed}}}
		first := p.wanted(types.Message{Body: &body})
		again, err := json.Marshal(parsed)
		if err != nil {
			t.Fatal(err)
		}
		if parsed, err = ParseFilter(string(again)); err != nil {
			t.Fatalf("%s is refused when it is written again as %s", pattern, again)
		}
		p.Filters = []Filter{parsed}
		if p.wanted(types.Message{Body: &body}) != first {
			t.Fatalf("%s and %s differ on %s", pattern, again, body)
		}
	})
}

func FuzzPartialBatchResponse(f *testing.F) {
	for _, seed := range []string{``, `null`, `{}`, `{"batchItemFailures":[{"itemIdentifier":"a"}]}`, `{"batchItemFailures":[{"itemIdentifier":1}]}`} {
		f.Add([]byte(seed))
	}
	messages := []types.Message{{MessageId: aws.String("a")}, {MessageId: aws.String("b")}}
	f.Fuzz(func(t *testing.T, payload []byte) {
		done := (&Poller{Source: Source{ReportFailures: true}}).done(messages, payload)
		failed, ok := failures(payload)
		if !ok && len(done) > 0 {
			t.Fatalf("%q is malformed, and %d messages are deleted", payload, len(done))
		}
		for _, m := range done {
			if failed[*m.MessageId] {
				t.Fatalf("%q reports %s, which is deleted", payload, *m.MessageId)
			}
		}
	})
}
