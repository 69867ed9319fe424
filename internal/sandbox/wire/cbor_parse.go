package wire

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// The major types of CBOR (RFC 8949, section 3.1).
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborList
	cborMap
	cborTag
	cborSimple
)

// cborParser reads CBOR from a string, whose parts the nodes share.
type cborParser struct {
	s     string
	at    int
	depth int
}

func parseCBOR(s string) (node, error) {
	if s == "" {
		return node{kind: kindObject}, nil
	}
	p := cborParser{s: s}
	n, err := p.value()
	if err == nil && p.at != len(s) {
		err = p.fault("nothing more")
	}
	return n, err
}

func (p *cborParser) fault(expected string) error {
	return malformed("unexpected content at byte %d of the body, expected %s", p.at, expected)
}

// head reads the major type and its argument; indefinite is for the four types
// that may end with a break instead of stating their length.
func (p *cborParser) head() (major byte, argument uint64, indefinite bool, err error) {
	if p.at >= len(p.s) {
		return 0, 0, false, p.fault("a value")
	}
	first := p.s[p.at]
	p.at++
	major, info := first>>5, first&0x1f
	switch {
	case info < 24:
		return major, uint64(info), false, nil
	case info < 28:
		size := 1 << (info - 24)
		if len(p.s)-p.at < size {
			return 0, 0, false, p.fault("a longer argument")
		}
		for range size {
			argument = argument<<8 | uint64(p.s[p.at])
			p.at++
		}
		return major, argument, false, nil
	case info == 31 && major >= cborBytes && major <= cborMap:
		return major, 0, true, nil
	}
	return 0, 0, false, p.fault("a well-formed head")
}

func (p *cborParser) value() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, p.fault("less nesting")
	}
	defer func() { p.depth-- }()
	start := p.at
	major, n, indefinite, err := p.head()
	if err != nil {
		return node{}, err
	}
	switch major {
	case cborUint:
		return node{kind: kindNumber, text: strconv.FormatUint(n, 10)}, nil
	case cborNegative:
		if n > math.MaxInt64 {
			return node{}, p.fault("an integer of 64 bits")
		}
		return node{kind: kindNumber, text: strconv.FormatInt(-1-int64(n), 10)}, nil
	case cborBytes, cborText:
		return p.chars(major, n, indefinite)
	case cborList:
		return p.collection(kindList, n, indefinite)
	case cborMap:
		return p.collection(kindObject, n, indefinite)
	case cborTag: // 1, a timestamp, is the only one in use
		return p.value()
	}
	return p.simple(p.s[start]&0x1f, n)
}

func (p *cborParser) simple(info byte, n uint64) (node, error) {
	switch info {
	case 20, 21:
		return node{kind: kindBool, text: strconv.FormatBool(info == 21)}, nil
	case 22, 23:
		return node{kind: kindNull}, nil
	case 25:
		return cborNumber(halfFloat(uint16(n))), nil
	case 26:
		return cborNumber(float64(math.Float32frombits(uint32(n)))), nil
	case 27:
		return cborNumber(math.Float64frombits(n)), nil
	}
	return node{}, p.fault("a known simple value")
}

func cborNumber(f float64) node {
	if word := notFinite(f); word != "" {
		return node{kind: kindNumber, text: word}
	}
	return node{kind: kindNumber, text: strconv.FormatFloat(f, 'g', -1, 64)}
}

// halfFloat widens a float of 16 bits (RFC 8949, appendix D).
func halfFloat(h uint16) float64 {
	exponent, mantissa := int(h>>10&0x1f), float64(h&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(mantissa, -24)
	case 31:
		f = math.Inf(1)
		if mantissa != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(mantissa+1024, exponent-25)
	}
	if h&0x8000 != 0 {
		return -f
	}
	return f
}

func (p *cborParser) chars(major byte, n uint64, indefinite bool) (node, error) {
	k := kindText
	if major == cborBytes {
		k = kindBytes
	}
	if !indefinite {
		if n > uint64(len(p.s)-p.at) {
			return node{}, p.fault("a longer body")
		}
		text := p.s[p.at : p.at+int(n)]
		p.at += int(n)
		if k == kindText && !utf8.ValidString(text) {
			return node{}, p.fault("UTF-8 before it")
		}
		return node{kind: k, text: text}, nil
	}
	whole := node{kind: k}
	for !p.broken() {
		part, err := p.value()
		if err != nil {
			return node{}, err
		}
		if part.kind != k {
			return node{}, p.fault("a chunk of the same type before it")
		}
		whole.text += part.text
	}
	return whole, nil
}

// broken takes in the break that ends something of indefinite length.
func (p *cborParser) broken() bool {
	if p.at < len(p.s) && p.s[p.at] == 0xff {
		p.at++
		return true
	}
	return false
}

func (p *cborParser) collection(k kind, n uint64, indefinite bool) (node, error) {
	if n > uint64(len(p.s)-p.at) {
		return node{}, p.fault("a longer body")
	}
	c := node{kind: k}
	for i := uint64(0); indefinite || i < n; i++ {
		if indefinite && p.broken() {
			break
		}
		name := ""
		if k == kindObject {
			key, err := p.value()
			if err != nil {
				return node{}, err
			}
			if key.kind != kindText {
				return node{}, p.fault("a member name before it")
			}
			name = key.text
		}
		item, err := p.value()
		if err != nil {
			return node{}, err
		}
		item.name = name
		c.nodes = append(c.nodes, item)
	}
	return c, nil
}
