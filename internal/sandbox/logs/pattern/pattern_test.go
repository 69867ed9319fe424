package pattern

import (
	"maps"
	"testing"
)

const apache = `127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`

const trail = `{
  "eventType": "UpdateTrail",
  "sourceIPAddress": "111.111.111.111",
  "arrayKey": ["value", "another value"],
  "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
  "SomeObject": null,
  "cluster.name": "c",
  "ThisFlag": true,
  "errorCode": 404,
  "ratio": 1e-3
}`

// The patterns and what they match are those of AWS's documentation, "Filter
// pattern syntax for metric filters, subscription filters, filter log events, and
// Live Tail".
func TestPatternsMatchWhatTheDocumentationSays(t *testing.T) {
	const (
		badRequest = "[ERROR 400] BAD REQUEST"
		arguments  = "[ERROR 419] MISSING ARGUMENTS"
		warning    = "[WARN] MISSING ARGUMENTS"
	)
	for _, tc := range []struct {
		pattern, message string
		want             bool
	}{
		{``, badRequest, true},
		{`" "`, badRequest, true},
		{`ERROR`, badRequest, true},
		{`error`, badRequest, false},
		{`ERROR ARGUMENTS`, badRequest, false},
		{`ERROR ARGUMENTS`, arguments, true},
		{`?ERROR ?ARGUMENTS`, badRequest, true},
		{`?ERROR ?ARGUMENTS`, warning, true},
		{`?ERROR ?NOTHING`, warning, false},
		{`"INTERNAL SERVER ERROR"`, "[ERROR 500] INTERNAL SERVER ERROR", true},
		{`"INTERNAL SERVER ERROR"`, "[ERROR 500] SERVER INTERNAL ERROR", false},
		{`ERROR -ARGUMENTS`, badRequest, true},
		{`ERROR -ARGUMENTS`, arguments, false},
		{`-"BAD REQUEST"`, badRequest, false},
		{`?NOTHING ERROR`, badRequest, true}, // alternatives beside terms are ignored
		{`%AUTHORIZED%`, "[ERROR 401] UNAUTHORIZED REQUEST", true},
		{`%ERR[a-z]+%`, badRequest, false},
		{`ERROR -%[0-9]{3}%`, badRequest, false},

		{`{ $.eventType = "UpdateTrail" }`, trail, true},
		{`{ $.eventType = UpdateTrail }`, trail, true},
		{`{ $.sourceIPAddress != 123.123.* }`, trail, true},
		{`{ $.sourceIPAddress = 111.111.* }`, trail, true},
		{`{ $.arrayKey[0] = "value" }`, trail, true},
		{`{ $.arrayKey[1] = "value" }`, trail, false},
		{`{ $.arrayKey[*] = "another value" }`, trail, true},
		{`{ $.objectList[1].id = 2 }`, trail, true},
		{`{ $.objectList[1].id > 2 }`, trail, false},
		{`{ $.SomeObject IS NULL }`, trail, true},
		{`{ $.eventType IS NULL }`, trail, false},
		{`{ $.SomeOtherObject NOT EXISTS }`, trail, true},
		{`{ $.SomeObject NOT EXISTS }`, trail, false},
		{`{ $.eventType EXISTS }`, trail, true},
		{`{ $.ThisFlag IS TRUE }`, trail, true},
		{`{ $.ThisFlag IS FALSE }`, trail, false},
		{`{ $.['cluster.name'] = "c" }`, trail, true},
		{`{ $.errorCode = 4.04e2 }`, trail, true},
		{`{ $.errorCode >= 400 && $.errorCode < 500 }`, trail, true},
		{`{ $.ratio < 0.01 }`, trail, true},
		{`{ ($.errorCode = 400 || $.errorCode = 404) && $.eventType = "Update*" }`, trail, true},
		{`{ $.errorCode = 400 || $.errorCode = 404 && $.eventType = "x" }`, trail, false},
		{`{ $.eventType = %Trail$% }`, trail, true},
		{`{ $.eventType = "UpdateTrail" }`, `no JSON "UpdateTrail"`, false},
		{`{ $.missing != "x" }`, trail, false},

		{`[ip, id, user, timestamp, request, status_code, size]`, apache, true},
		{`[ip, id, user, timestamp, request, status_code]`, apache, false},
		{`[ip, id, user, timestamp, request, status_code=4*, size]`, apache, true},
		{`[ip, id, user, timestamp, request, status_code=5*, size]`, apache, false},
		{`[..., size]`, apache, true},
		{`[..., request=*.html*, status_code=4*,]`, apache, true},
		{`[ip, ..., status_code = 404 || status_code = 410, size]`, apache, true},
		{`[..., size > 1000]`, apache, true},
		{`[..., size > 2000 && size < 3000]`, apache, false},
		{`[w1=127.0.0.1, w2!="Dev", ...]`, apache, true},
		{`[ip=%127\.0\.0\.[1-9]%, ...]`, apache, true},
		{`[]`, apache, true},
	} {
		p, err := Parse(tc.pattern)
		if err != nil {
			t.Errorf("%s: %v", tc.pattern, err)
			continue
		}
		if got := p.Match(tc.message); got != tc.want {
			t.Errorf("%s on %.40s: %v", tc.pattern, tc.message, got)
		}
	}
}

func TestPatternsThatAreNoneAreRefused(t *testing.T) {
	for _, text := range []string{
		`"open`, `%open`, `%(%`, `%a% %b% %c%`, `[a`, `[a b]`, `[a, ..., b, ...]`, `[a=1 && b=2]`, `{ $.a = 1`, `{ }`, `{ $.a }`, `{ a = 1 }`, `{ $.a = }`,
		`{ $.a IS }`, `{ $.a NOT }`, `{ ($.a = 1 }`, `{ $.a = 1 ) }`, `{ $.a < x }`, `{ $[x] = 1 }`, `{ $.a = 1 $.b = 2 }`, `{ $.a = 1 && }`,
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}

// The first two are the examples of the API reference of TestMetricFilter.
func TestValuesAreExtracted(t *testing.T) {
	const message = `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /apache_pb.gif HTTP/1.0" 200 1534`
	for _, tc := range []struct {
		pattern, message string
		want             map[string]string
	}{
		{`[]`, message, map[string]string{
			"$1": "127.0.0.1", "$2": "-", "$3": "frank", "$4": "10/Oct/2000:13:25:15 -0700", "$5": "GET /apache_pb.gif HTTP/1.0", "$6": "200", "$7": "1534",
		}},
		{`[..., size]`, message, map[string]string{
			"$1": "127.0.0.1", "$2": "-", "$3": "frank", "$4": "10/Oct/2000:13:25:15 -0700", "$5": "GET /apache_pb.gif HTTP/1.0", "$6": "200", "$size": "1534",
		}},
		{`{ $.errorCode > 1 && $.arrayKey[0] = * }`, trail, map[string]string{"$.errorCode": "404", "$.arrayKey[0]": "value"}},
		{`ERROR`, "ERROR", map[string]string{}},
	} {
		p, err := Parse(tc.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := p.Extract(tc.message); !ok || !maps.Equal(got, tc.want) {
			t.Errorf("%s: %v, %v", tc.pattern, got, ok)
		}
	}
}

func FuzzPattern(f *testing.F) {
	for _, text := range []string{``, `?a -"b" %c%`, `[a=1 || a=2, ..., b]`, `{ ($.a[0]['b'] = "x*" || $.c IS NULL) && $.d >= 1e3 }`} {
		f.Add(text, trail)
		f.Add(text, apache)
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		p, err := Parse(text)
		if err != nil {
			return
		}
		if values, ok := p.Extract(message); ok != p.Match(message) {
			t.Errorf("extracted %v from what does not match", values)
		}
		p.Value(message, text)
	})
}
