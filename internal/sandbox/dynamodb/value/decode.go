package value

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
)

var errNoItem = errors.New("these bytes are no item")

// Decode reads what Encode has written. Its strings share one copy of the bytes.
// Anything else is an error.
func Decode(raw []byte) (Item, error) {
	d := decoder{s: string(raw)}
	item := d.item()
	if d.failed || d.s != "" {
		return nil, errNoItem
	}
	return item, nil
}

// decoder eats up a text; once failed, it takes nothing more.
type decoder struct {
	s      string
	depth  int
	failed bool
}

func (d *decoder) fail() { d.s, d.failed = "", true }

func (d *decoder) accept(c byte) bool {
	if d.s == "" || d.s[0] != c {
		return false
	}
	d.s = d.s[1:]
	return true
}

func (d *decoder) expect(c byte) {
	if !d.accept(c) {
		d.fail()
	}
}

// sequence calls one for each element between the brackets.
func (d *decoder) sequence(open, end byte, one func()) {
	d.expect(open)
	if d.accept(end) {
		return
	}
	for !d.failed {
		one()
		if d.accept(end) {
			return
		}
		d.expect(',')
	}
}

func (d *decoder) item() Item {
	item := Item{}
	d.sequence('{', '}', func() {
		name := d.text()
		d.expect(':')
		item[name] = d.value()
	})
	return item
}

func (d *decoder) value() Value {
	if d.depth++; d.depth > maxDepth {
		d.fail()
	}
	defer func() { d.depth-- }()
	d.expect('{')
	typ := d.text()
	d.expect(':')
	v := d.valueOf(typ)
	d.expect('}')
	return v
}

func (d *decoder) valueOf(typ string) Value {
	switch typ {
	case "S":
		return &S{Value: d.text()}
	case "N":
		return &N{Value: d.text()}
	case "B":
		return &B{Value: d.bytes()}
	case "BOOL":
		return &Bool{Value: d.boolean()}
	case "NULL":
		return &Null{Value: d.boolean()}
	case "M":
		return &M{Value: d.item()}
	case "L":
		return &L{Value: list(d, d.value)}
	case "SS":
		return &SS{Value: list(d, d.text)}
	case "NS":
		return &NS{Value: list(d, d.text)}
	case "BS":
		return &BS{Value: list(d, d.bytes)}
	}
	d.fail()
	return nil
}

func list[T any](d *decoder, one func() T) []T {
	out := []T{}
	d.sequence('[', ']', func() { out = append(out, one()) })
	return out
}

func (d *decoder) boolean() bool {
	if rest, ok := strings.CutPrefix(d.s, "true"); ok {
		d.s = rest
		return true
	}
	rest, ok := strings.CutPrefix(d.s, "false")
	if d.s = rest; !ok {
		d.fail()
	}
	return false
}

func (d *decoder) bytes() []byte {
	raw, err := base64.StdEncoding.DecodeString(d.text())
	if err != nil {
		d.fail()
	}
	return raw
}

func (d *decoder) text() string {
	d.expect('"')
	end := strings.IndexAny(d.s, `"\`)
	if end < 0 {
		d.fail()
		return ""
	}
	if d.s[end] == '"' {
		s := d.s[:end]
		d.s = d.s[end+1:]
		return s
	}
	return d.escaped(end)
}

// escaped reads a string whose first backslash is at that place.
func (d *decoder) escaped(at int) string {
	for at < len(d.s) && d.s[at] != '"' {
		if d.s[at] == '\\' {
			at++
		}
		at++
	}
	if at >= len(d.s) {
		d.fail()
		return ""
	}
	var s string
	if json.Unmarshal([]byte(`"`+d.s[:at]+`"`), &s) != nil {
		d.fail()
		return ""
	}
	d.s = d.s[at+1:]
	return s
}
