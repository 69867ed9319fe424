package page_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/logs/page"
)

// answer is what encoding/json, which is not ours, makes of a page.
type answer struct {
	Events []struct {
		EventID       string `json:"eventId"`
		LogStreamName string `json:"logStreamName"`
		Message       string `json:"message"`
		Timestamp     int64  `json:"timestamp"`
		IngestionTime int64  `json:"ingestionTime"`
	} `json:"events"`
	NextToken string `json:"nextToken"`
}

func (a answer) page() page.Page {
	p := page.Page{Token: a.NextToken}
	for _, e := range a.Events {
		p.Events = append(p.Events, page.Event{
			ID: e.EventID, Stream: e.LogStreamName, Message: e.Message, Timestamp: e.Timestamp, Ingestion: e.IngestionTime,
		})
	}
	return p
}

var samples = []string{
	`{}`, `{"events":[],"nextToken":null,"searchedLogStreams":[{"a":[1.5e3,true,false,null,{"b":"c"}]}]}`,
	` { "events" : [ {"eventId":"1","message":"a\nb\t\"\\\/\b\f\r","timestamp":-1,"ingestionTime":9223372036854775807} , {"logStreamName":"s"} ] , "nextToken":"t" } `,
	`{"events":[{"message":"\u00e4\ud83d\ude00\ud83d \ude00\ud83dx ü"}]}`, `{"events":[{"message":"` + strings.Repeat("x", 1<<20) + `"}]}`,
	`{"events":[{"message":"\u001b[31mred"}]}`, "{\"events\":[{\"message\":\"\xff\xfe\"}]}",
}

var broken = []string{
	`{"events":`, `{"events":[{]}`, `{"events":[{"message":"\x"}]}`, `[]`, ``, `{}x`, `{"nextToken":"\u12"}`, `{"a":` + strings.Repeat("[", 200),
}

func TestAPageIsWhatJSONSays(t *testing.T) {
	for _, text := range samples {
		compare(t, []byte(text))
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	for _, text := range broken {
		if p, err := page.Read([]byte(text)); !errors.Is(err, page.ErrFormat) {
			t.Errorf("%.100q gave %+v, %v", text, p, err)
		}
	}
}

func compare(t *testing.T, text []byte) {
	t.Helper()
	var want answer
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	got, err := page.Read(text)
	if p := want.page(); err != nil || !slices.Equal(got.Events, p.Events) || got.Token != p.Token {
		t.Errorf("%.200q: %v\ngot  %+v\nwant %+v", text, err, got, p)
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("message", "stream", "token", int64(1), true)
	f.Add("\x1b[31m\u2028\xff\"\\", "", "", int64(-5), false)
	f.Fuzz(func(t *testing.T, message, stream, token string, at int64, escape bool) {
		var buffer bytes.Buffer
		encoder := json.NewEncoder(&buffer)
		encoder.SetEscapeHTML(escape)
		event := map[string]any{"message": message, "logStreamName": stream, "timestamp": at, "eventId": "7", "new": []any{message, at}}
		if err := encoder.Encode(map[string]any{"events": []any{event, event}, "nextToken": token}); err != nil {
			t.Fatal(err)
		}
		compare(t, buffer.Bytes())
	})
}

func FuzzText(f *testing.F) {
	for _, text := range append(samples, broken...) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(_ *testing.T, text []byte) { _, _ = page.Read(text) })
}

func TestTheNextTokenIsFoundAtTheEnd(t *testing.T) {
	quoted, err := json.Marshal(`"nextToken":"no"`)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`{"events":[],"nextToken":"f/12/s","searchedLogStreams":[]}`: "f/12/s",
		`{"events":[{"message":` + string(quoted) + `}]}`:            "",
		`{"events":[],"nextToken":null}`:                             "",
		`{"events":[],"nextToken":"a\"b"}`:                           "",
		`{"events":[],"nextToken":"a`:                                "",
		`{"nextToken":"x","events":[]` + strings.Repeat(" ", 5000):   "",
	} {
		if got := page.Next([]byte(text)); got != want {
			t.Errorf("%.60s: %q", text, got)
		}
	}
}
