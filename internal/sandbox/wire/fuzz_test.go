package wire

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go/encoding/cbor"
)

// fillAny tries what was parsed on a type; it may fail, but not panic.
func fillAny[T any](n node) (T, error) {
	var v T
	return v, fill((&Service{}).plan(reflect.TypeFor[T]()), reflect.ValueOf(&v).Elem(), &n)
}

func FuzzJSONReadsAsEncodingJSONDoes(f *testing.F) {
	for _, seed := range []string{
		`{"Item":{"a":{"S":"x"},"l":{"L":[{"N":"1"},{"NULL":true}]}}}`, `[1,-0.5e+3,"\u00e9\ud83d\ude00\n",null,true]`,
		`{"a":1,"a":2}`, ` [ ] `, `01`, `"\ud800"`, "\"\xff\"", `{"a":}`, `[1,]`, `-`, `1.`, "\"\x01\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseJSON(text)
		if valid := json.Valid([]byte(text)); valid != (err == nil) && strings.Count(text, "[")+strings.Count(text, "{") < maxDepth {
			t.Fatalf("valid: %v, parsed with %v", valid, err)
		}
		var want any
		if err == nil && json.Unmarshal([]byte(text), &want) == nil && !reflect.DeepEqual(n.plain(), want) {
			t.Fatalf("read %#v, expected %#v", n.plain(), want)
		}
		_, _ = fillAny[dynamodb.PutItemInput](n)
	})
}

func FuzzStringsSurviveBeingWritten(f *testing.F) {
	f.Add("a\"b\\c\n\r\t\x00<&>é\u2028😀")
	f.Add("\xff]]>")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendQuoted(nil, s), &got); err != nil || got != validText(s) {
			t.Errorf("JSON gives %q, %v", got, err)
		}
		n, err := parseCBOR(string(appendCBORText(nil, s)))
		if err != nil || n.text != validText(s) {
			t.Errorf("CBOR gives %q, %v", n.text, err)
		}
		n, err = parseXML(string(appendTextElement(nil, "a", s)))
		if err != nil || n.text != xmlText(s) {
			t.Errorf("XML gives %q, %v", n.text, err)
		}
	})
}

// xmlText is s with what XML 1.0 cannot carry (section 2.2) replaced.
func xmlText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r > 0xD7FF && r < 0xE000 || r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}

func FuzzCBORReadsWhatSmithyWrites(f *testing.F) {
	f.Add(`{"a":[1,-2,2.5,"x",true,null,{"b":{}}],"n":18446744073709551615}`)
	f.Fuzz(func(t *testing.T, text string) {
		var want any
		if json.Unmarshal([]byte(text), &want) != nil {
			t.Skip()
		}
		n, err := parseCBOR(string(cbor.Encode(cborOf(want))))
		if err != nil || !reflect.DeepEqual(n.plain(), want) {
			t.Errorf("read %#v, %v, expected %#v", n.plain(), err, want)
		}
	})
}

func cborOf(v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		m := cbor.Map{}
		for name, value := range v {
			m[name] = cborOf(value)
		}
		return m
	case []any:
		var l cbor.List
		for _, value := range v {
			l = append(l, cborOf(value))
		}
		return l
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	case float64:
		return cbor.Float64(v)
	}
	return &cbor.Nil{}
}

func FuzzCBORStopsAtWhatIsWrong(f *testing.F) {
	f.Add("\xbf\x61a\x9f\x01\x20\xff\xff")
	f.Add("\x5f\x41a\x41b\xff")
	f.Add("\x9b\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Add("\xc1\xfb\x41\xd9")
	f.Add("\xf9\x7e\x00")
	f.Add("\x3b\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseCBOR(s)
		if err != nil {
			return
		}
		_, _ = fillAny[dynamodb.PutItemInput](n)
	})
}

func FuzzQueryKeepsEveryMember(f *testing.F) {
	f.Add("Action=CreateStack&StackName=x&Parameters.member.1.ParameterKey=k&Parameters.member.10.ParameterKey=l&Tags=")
	f.Add("Tags.member.1.Key=a&Tags.member=b&Tags.0.Key=c&..=d&Message.entry.1.Name=x")
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			t.Skip()
		}
		n, err := parseQuery(form)
		if err != nil {
			return
		}
		for name := range form {
			if name != "Action" && name != "Version" && !n.has(strings.Split(name, ".")) {
				t.Errorf("%q is lost", name)
			}
		}
		_, _ = fillAny[cloudformation.CreateStackInput](n)
		_, _ = fillAny[sns.PublishInput](n)
	})
}

func (n *node) has(path []string) bool {
	if len(path) == 0 {
		return true
	}
	c := n.child(path[0])
	return c != nil && c.has(path[1:])
}

func FuzzXMLFillsOrFails(f *testing.F) {
	f.Add(`<?xml version="1.0"?><D xmlns="u" a="b"><Aliases><Quantity>1</Quantity><Items><CNAME>x</CNAME></Items></Aliases><Enabled>true</Enabled></D>`)
	f.Add(`<a><b></a>`)
	f.Add(`<a/><b/>`)
	f.Add(`<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`)
	f.Fuzz(func(_ *testing.T, text string) {
		if n, err := parseXML(text); err == nil {
			_, _ = fillAny[cloudfront.UpdateDistributionInput](n)
		}
	})
}
