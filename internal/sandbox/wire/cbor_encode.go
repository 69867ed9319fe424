package wire

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
	"time"
)

// appendCBOR writes v as RPC v2 CBOR does.
func appendCBOR(b []byte, p *plan, v reflect.Value) []byte {
	switch p.shape {
	case shapePointer:
		if v.IsNil() {
			return append(b, 0xf6)
		}
		return appendCBOR(b, p.elem, v.Elem())
	case shapeString:
		return appendCBORText(b, v.String())
	case shapeInt:
		if i := v.Int(); i < 0 {
			return appendCBORHead(b, cborNegative, uint64(-1-i))
		}
		return appendCBORHead(b, cborUint, uint64(v.Int()))
	case shapeFloat:
		return appendCBORFloat(b, v.Float())
	case shapeBool:
		if v.Bool() {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case shapeBlob:
		return append(appendCBORHead(b, cborBytes, uint64(v.Len())), v.Bytes()...)
	case shapeTime:
		ms := v.Interface().(time.Time).UnixMilli()
		return appendCBORFloat(appendCBORHead(b, cborTag, 1), float64(ms)/1000)
	case shapeList:
		b = appendCBORHead(b, cborList, uint64(v.Len()))
		for i := range v.Len() {
			b = appendCBOR(b, p.elem, v.Index(i))
		}
		return b
	case shapeMap:
		b = appendCBORHead(b, cborMap, uint64(v.Len()))
		for _, key := range sortedKeys(v) {
			b = appendCBOR(appendCBORText(b, key.String()), p.elem, v.MapIndex(key))
		}
		return b
	case shapeUnion:
		member, value := p.variant(v)
		if member == nil {
			return append(b, 0xf6)
		}
		return appendCBOR(appendCBORText(appendCBORHead(b, cborMap, 1), member.wire), member.plan, value)
	case shapeStruct:
		return append(appendCBORMembers(append(b, 0xbf), p, v, nil), 0xff)
	}
	panic("wire: " + p.typ.String() + " cannot travel in CBOR")
}

// appendCBORMembers writes members for a map of indefinite length, leaving out
// those of skip.
func appendCBORMembers(b []byte, p *plan, v reflect.Value, skip []string) []byte {
	for i := range p.fields {
		f := &p.fields[i]
		value := v.Field(f.index)
		if absent(f.plan, value) || slices.Contains(skip, f.goName) {
			continue
		}
		b = appendCBOR(appendCBORText(b, f.wire), f.plan, value)
	}
	return b
}

func appendCBORHead(b []byte, major byte, n uint64) []byte {
	switch major <<= 5; {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

func appendCBORText(b []byte, s string) []byte {
	s = validText(s)
	return append(appendCBORHead(b, cborText, uint64(len(s))), s...)
}

func appendCBORFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(f))
}
