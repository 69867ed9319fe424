package vtl_test

import (
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/apigateway/vtl"
)

// names is what a template of a request sees.
func names(body string) map[string]any {
	return map[string]any{
		"input": &vtl.Input{
			Body: body, Path: map[string]string{"id": "7"}, Query: map[string]string{"id": "8", "q": "a b"}, Header: map[string]string{"Origin": "http://localhost:3000"},
		},
		"util":           vtl.Util{},
		"context":        vtl.NewMap("requestId", "r-1", "responseOverride", vtl.NewMap("header", vtl.NewMap())),
		"stageVariables": vtl.NewMap("corsOrigins", "http://a,http://localhost:3000"),
	}
}

func render(t *testing.T, template, body string) string {
	t.Helper()
	parsed, err := vtl.Parse(template)
	if err != nil {
		t.Fatalf("%s: %v", template, err)
	}
	out, err := parsed.Render(names(body))
	if err != nil {
		t.Fatalf("%s: %v", template, err)
	}
	return out
}

// photos is the input of the examples of the API Gateway Developer Guide ("Mapping
// template examples for REST APIs").
const photos = `{"photos":{"page":1,"pages":"1234","photo":[
	{"id":"12345678901","owner":"23456789@A12","title":"Sample photo 1","ispublic":1},
	{"id":"23456789012","owner":"34567890@B23","title":"Sample photo 2","ispublic":0}]}}`

func TestTheDeveloperGuidesPhotoExampleIsMapped(t *testing.T) {
	got := render(t, `#set($inputRoot = $input.path('$'))
{
  "photos": [
#foreach($elem in $inputRoot.photos.photo)
    {
      "id": "$elem.id",
      "owner": "$elem.owner",
      "title": "$elem.title",
      "ispublic": $elem.ispublic
    }#if($foreach.hasNext),#end

#end
  ]
}`, photos)
	want := `{
  "photos": [
    {
      "id": "12345678901",
      "owner": "23456789@A12",
      "title": "Sample photo 1",
      "ispublic": 1
    },
    {
      "id": "23456789012",
      "owner": "34567890@B23",
      "title": "Sample photo 2",
      "ispublic": 0
    }
  ]
}`
	if got != want {
		t.Errorf("got %s", got)
	}
}

func TestTemplatesAreRenderedExactly(t *testing.T) {
	for _, c := range []struct{ template, body, want string }{
		// API Gateway Developer Guide, "Input variables" and "Example input variables".
		{`{"name" : "$input.params('q')", "body" : $input.json('$.mykey')}`, `{"mykey":{"a":[1,2.5],"b":null}}`, `{"name" : "a b", "body" : {"a":[1,2.5],"b":null}}`},
		{`$input.path('$.a')`, `{"a":"x\"y"}`, `x"y`},
		{`$input.json('$.a')`, `{"a":"x\"y"}`, `"x\"y"`},
		{`$input.params('id')`, ``, `7`},
		{`$input.params().querystring.get('id') $input.params().header.Origin`, ``, `8 http://localhost:3000`},
		{`#foreach($k in $input.params().path.keySet())$k=$input.params().path.get($k)#end`, ``, `id=7`},
		{`$input.body`, `raw`, `raw`},
		{`$input.json('$')`, ``, `{}`},
		{`[$input.path('$.none')]`, `{}`, `[]`},
		{`$util.escapeJavaScript($input.path('$.a'))`, `{"a":"it's \"x\" /\n"}`, `it\'s \"x\" \/\n`},
		{`$util.parseJson($input.path('$.a')).b`, `{"a":"{\"b\":3}"}`, `3`},
		{`$util.urlEncode($input.body)|$util.urlDecode('a%20b+c')`, `a b*~(/é&`, `a+b*%7E%28%2F%C3%A9%26|a b c`},
		{`$util.base64Encode('hello')$util.base64Decode('aGVsbG8=')`, ``, `aGVsbG8=hello`},
		{`$context.requestId$context.nothing/$stageVariables.none.`, ``, `r-1/.`},
		// Apache Velocity, "User Guide" and "VTL Reference".
		{`$unset $!unset ${unset}x $5 $ #foo a@b.c`, ``, `$unset  ${unset}x $5 $ #foo a@b.c`},
		{"#set( $a = \"Velocity\" )\nHello $a! ${a}s $!{a}.", ``, "Hello Velocity! Velocitys Velocity."},
		{`#set($a='$input.body')$a#set($b="<$input.body>")$b`, `x`, `$input.body<x>`},
		{`#if($input.body == "x")yes#elseif(true)maybe#{else}no#end`, `y`, `maybe`},
		{"a\n  #if( 1 > 2 )\nno\n#else\nyes\n#end\nb", ``, "a\n  yes\nb"},
		{`#if(!$none || ($none && $none.a == 1))t#end#if("" && 0)t#end`, ``, `tt`},
		{`#set($n = 7 / 2 * 10 + 5 % 3 - 1)$n #set($f = 1.5 + 1)$f`, ``, `31 2.5`},
		{`#foreach($i in [1..3])$foreach.count$velocityCount$i#end#foreach($i in ["a",'b'])$i#end`, ``, `111222333ab`},
		{`#set($m = {"a": 1, "b": [true, null]})$m $m.a $m["b"][0] $m.b.size() $m.put("c", 2)$m.keySet()`, ``, `{a=1, b=[true, null]} 1 true 2 [a, b, c]`},
		{"## comment\nx#* more\n *#y", ``, "xy"},
		{`$input.body.length()$input.body.toUpperCase()$input.body.contains("b")$input.body.replaceAll("[ab]","-")$input.body.split(",").get(1)`, `ab,c`, `4AB,Ctrue--,cc`},
		{`#set($context.responseOverride.header.Access-Control-Allow-Origin = "x")$context.responseOverride.header`, ``, `{Access-Control-Allow-Origin=x}`},
		{`#set($known = ",$stageVariables.corsOrigins,")#if($known.contains(",$input.params().header.get('Origin'),"))in#end`, ``, `in`},
	} {
		if got := render(t, c.template, c.body); got != c.want {
			t.Errorf("%s\ngot  %q\nwant %q", c.template, got, c.want)
		}
	}
}

func TestBadTemplatesNameTheLine(t *testing.T) {
	for template, want := range map[string]string{
		"a\n#if(true)":              "line 2: #if without #end",
		"#end":                      "#end without #if",
		"#set($a)":                  `expected "="`,
		"#set($a = )":               "expected a value",
		"#macro(x)#end":             "#macro is not supported",
		"#foreach($a of [])":        `expected "in"`,
		`#set($a = "x)`:             "a string does not end",
		strings.Repeat("#if(", 500): "line 1",
	} {
		if _, err := vtl.Parse(template); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v", template, err)
		}
	}
}

func TestATemplateCannotRunForever(t *testing.T) {
	loop := strings.Repeat("#foreach($i in [1..1000])", 4) + "x" + strings.Repeat("#end", 4)
	parsed, err := vtl.Parse(loop)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parsed.Render(map[string]any{}); err == nil {
		t.Error("a billion rounds were made")
	}
	if got := render(t, `#set($m = {})$!m.put("m", $m).x#set($s = "$m")$s.isEmpty()`, ""); got != "false" {
		t.Errorf("a map within itself is %q", got)
	}
}

func TestPathsSelectFromJSON(t *testing.T) {
	v, err := vtl.ParseJSON(`{"a":{"b":[{"c":1},{"c":2}],"x.y":3},"c":[4]}`)
	if err != nil {
		t.Fatal(err)
	}
	// JSONPath as Jayway's implementation, which API Gateway uses, documents it.
	for path, want := range map[string]string{
		"$.a.b[1].c": "2", "$['a']['x.y']": "3", "$.a.b[*].c": "[1,2]", "$..c": "[[4],1,2]", "$.a.b[-1].c": "2",
		"$.none.x": "null", "$.a.*": `[[{"c":1},{"c":2}],3]`, "$.a.b[9]": "null", "c[0]": "4", "$[": "null",
	} {
		if got := vtl.JSON(vtl.Select(v, path)); got != want {
			t.Errorf("%s gives %s, not %s", path, got, want)
		}
	}
}

func FuzzTemplatesNeverPanic(f *testing.F) {
	f.Add(`#set($a = {"b": [1..3]})#foreach($x in $a.b)$x#end`, `{"a":1}`)
	f.Add(`#if($input.path('$..a[*]') == "x" && !$y)${z}#else$!q#end`, `[{"a":[null]}]`)
	f.Add(`$util.escapeJavaScript($input.json("$['a']"))`, `"x"`)
	f.Fuzz(func(t *testing.T, template, body string) {
		parsed, err := vtl.Parse(template)
		if err != nil {
			return
		}
		if out, err := parsed.Render(names(body)); err == nil && !strings.ContainsAny(template, "$#") && out != template {
			t.Errorf("text %q became %q", template, out)
		}
	})
}

func FuzzPathsNeverPanic(f *testing.F) {
	f.Add(`{"a":[{"b":1}]}`, "$..a[*].b")
	f.Fuzz(func(_ *testing.T, body, path string) {
		if v, err := vtl.ParseJSON(body); err == nil {
			vtl.JSON(vtl.Select(v, path))
		}
	})
}
