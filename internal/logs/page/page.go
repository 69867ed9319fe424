// Package page reads a page of FilterLogEvents from its JSON. The SDK's own reading,
// by way of a map for each event, takes most of the time and memory of following a
// busy group; this one takes a twentieth.
package page

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Event is one log event. Times are in milliseconds since 1970.
type Event struct {
	ID, Stream, Message  string
	Timestamp, Ingestion int64
}

// Page is an answer of FilterLogEvents.
type Page struct {
	Events []Event
	// Token is empty on the last page.
	Token string
}

// ErrFormat is of text that is no such answer.
var ErrFormat = errors.New("the answer of FilterLogEvents cannot be read")

// Read reads an answer. Members that it does not know it skips. The ids of a page
// share one piece of memory.
func Read(text []byte) (p Page, err error) {
	r := readers.Get().(*reader)
	defer readers.Put(r)
	defer func() {
		if recover() != nil { // the reader's only way to fail: an index beyond the end, or fail
			p, err = Page{}, ErrFormat
		}
		r.text = nil
	}()
	r.text, r.at, r.ids, r.ends = text, 0, r.ids[:0], r.ends[:0]
	r.object(func(name []byte) {
		switch string(name) {
		case "events":
			p.Events, r.ids, r.ends = make([]Event, 0, len(text)/usualSize), r.ids[:0], r.ends[:0]
			r.array(func() { p.Events = append(p.Events, r.event()) })
		case "nextToken":
			p.Token = r.stringOrNull()
		default:
			r.skip()
		}
	})
	r.space()
	if r.at != len(text) {
		return Page{}, ErrFormat
	}
	ids, from := string(r.ids), 0
	for i, end := range r.ends {
		p.Events[i].ID, from = ids[from:end], end
	}
	return p, nil
}

// tail is how much of an answer's end has the token, if there is one.
const tail = 4096

// Next finds the token of the next page at the end of an answer, without reading that:
// empty if it is not there. A quote within a text has a backslash before it, so no
// message is taken for it.
func Next(text []byte) string {
	_, token, found := bytes.Cut(text[max(0, len(text)-tail):], []byte(`"nextToken":"`))
	token, _, ended := bytes.Cut(token, []byte(`"`))
	if !found || !ended || bytes.IndexByte(token, '\\') >= 0 {
		return ""
	}
	return string(token)
}

// readers keep their buffers.
var readers = sync.Pool{New: func() any { return new(reader) }}

// usualSize is about how many bytes of JSON an event takes, beside its message's.
const usualSize = 300

func (r *reader) event() (e Event) {
	r.object(func(name []byte) {
		switch string(name) {
		case "eventId":
			r.keepID()
		case "logStreamName":
			r.stream = r.same(r.stream)
			e.Stream = r.stream
		case "message":
			e.Message = r.stringOrNull()
		case "timestamp":
			e.Timestamp = r.integer()
		case "ingestionTime":
			e.Ingestion = r.integer()
		default:
			r.skip()
		}
	})
	r.ends = append(r.ends, len(r.ids))
	return e
}

// reader walks through JSON. It panics where the text is none.
type reader struct {
	text []byte
	at   int
	// stream is the last stream's name, which most events share.
	stream string
	// room holds a string while its escapes are undone.
	room []byte
	// ids are the events', one after the other, ends where each one ends.
	ids  []byte
	ends []int
}

func (r *reader) fail() { panic(ErrFormat) }

func (r *reader) space() {
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// next skips space and takes a byte.
func (r *reader) next() byte {
	r.space()
	c := r.text[r.at]
	r.at++
	return c
}

func (r *reader) expect(c byte) {
	if r.next() != c {
		r.fail()
	}
}

// object calls member at each value.
func (r *reader) object(member func(name []byte)) {
	r.expect('{')
	r.list('}', func() {
		r.expect('"')
		name := r.bytes()
		r.expect(':')
		member(name)
	})
}

func (r *reader) array(element func()) {
	r.expect('[')
	r.list(']', element)
}

func (r *reader) list(end byte, element func()) {
	if r.space(); r.text[r.at] == end {
		r.at++
		return
	}
	for {
		element()
		switch r.next() {
		case ',':
		case end:
			return
		default:
			r.fail()
		}
	}
}

// plain marks the bytes that stand for themselves in a string.
var plain = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// run passes over the plain bytes that follow.
func (r *reader) run() {
	text, at := r.text, r.at
	for at+8 <= len(text) && !special(binary.LittleEndian.Uint64(text[at:])) {
		at += 8
	}
	for at < len(text) && plain[text[at]] {
		at++
	}
	r.at = at
}

// special reports whether one of eight bytes is beyond ASCII, a control character, a
// quote or a backslash: where there is one, a subtraction leaves an upper bit.
func special(w uint64) bool {
	const each, upper = 0x0101010101010101, 0x8080808080808080
	return (w|(w-' '*each)|((w^'"'*each)-each)|((w^'\\'*each)-each))&upper != 0
}

// bytes reads the rest of a string; they are good until the next one is read.
func (r *reader) bytes() []byte {
	start := r.at
	if r.run(); r.text[r.at] != '"' {
		return r.escaped(start)
	}
	r.at++
	return r.text[start : r.at-1]
}

// escaped is bytes for a string with escapes, or with more than ASCII.
func (r *reader) escaped(start int) []byte {
	out := append(r.room[:0], r.text[start:r.at]...)
	for {
		switch c := r.text[r.at]; {
		case plain[c]:
			from := r.at
			for plain[r.text[r.at]] { // few, where there are escapes
				r.at++
			}
			out = append(out, r.text[from:r.at]...)
		case c == '"':
			r.at++
			r.room = out
			return out
		case c == '\\':
			out = r.escape(out)
		case c < ' ':
			r.fail()
		default:
			char, size := utf8.DecodeRune(r.text[r.at:])
			out = utf8.AppendRune(out, char)
			r.at += size
		}
	}
}

const plainEscapes = `"\/bfnrt`

func (r *reader) escape(out []byte) []byte {
	c := r.text[r.at+1]
	r.at += 2
	if c == 'u' {
		return utf8.AppendRune(out, r.surrogates(r.unit()))
	}
	for i := range len(plainEscapes) {
		if plainEscapes[i] == c {
			return append(out, "\"\\/\b\f\n\r\t"[i])
		}
	}
	r.fail()
	return out
}

// unit reads four hexadecimal digits.
func (r *reader) unit() rune {
	n, err := strconv.ParseUint(string(r.text[r.at:r.at+4]), 16, 16)
	if err != nil {
		r.fail()
	}
	r.at += 4
	return rune(n)
}

// surrogates joins a unit with the one that follows, if they are a pair. A half
// alone stands for an unknown character.
func (r *reader) surrogates(first rune) rune {
	if !utf16.IsSurrogate(first) {
		return first
	}
	if r.text[r.at] == '\\' && r.text[r.at+1] == 'u' {
		before := r.at
		r.at += 2
		if joined := utf16.DecodeRune(first, r.unit()); joined != utf8.RuneError {
			return joined
		}
		r.at = before
	}
	return utf8.RuneError
}

// null skips it, if it is there.
func (r *reader) null() bool {
	if r.space(); r.text[r.at] != 'n' {
		return false
	}
	r.word("null")
	return true
}

func (r *reader) word(word string) {
	if string(r.text[r.at:r.at+len(word)]) != word {
		r.fail()
	}
	r.at += len(word)
}

// keepID reads an event's id, or null.
func (r *reader) keepID() {
	if !r.null() {
		r.expect('"')
		r.ids = append(r.ids, r.bytes()...)
	}
}

func (r *reader) stringOrNull() string { return r.same("") }

// same reads a string, or gives the one it is handed if they are equal.
func (r *reader) same(known string) string {
	if r.null() {
		return ""
	}
	r.expect('"')
	if b := r.bytes(); string(b) != known {
		return string(b)
	}
	return known
}

func (r *reader) number() []byte {
	r.space()
	start := r.at
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c >= '0' && c <= '9', c == '-', c == '+', c == '.', c == 'e', c == 'E':
			r.at++
		default:
			return r.text[start:r.at]
		}
	}
	return r.text[start:]
}

func (r *reader) integer() int64 {
	if r.null() {
		return 0
	}
	n, err := strconv.ParseInt(string(r.number()), 10, 64)
	if err != nil {
		r.fail()
	}
	return n
}

// maxDepth is how deep a value may be that is skipped.
const maxDepth = 100

// skip passes over a value of any kind.
func (r *reader) skip() { r.skipTo(maxDepth) }

func (r *reader) skipTo(depth int) {
	if depth == 0 {
		r.fail()
	}
	r.space()
	switch c := r.text[r.at]; c {
	case '{':
		r.object(func([]byte) { r.skipTo(depth - 1) })
	case '[':
		r.array(func() { r.skipTo(depth - 1) })
	case '"':
		r.at++
		r.bytes()
	case 't':
		r.word("true")
	case 'f':
		r.word("false")
	case 'n':
		r.word("null")
	default:
		if len(r.number()) == 0 {
			r.fail()
		}
	}
}
