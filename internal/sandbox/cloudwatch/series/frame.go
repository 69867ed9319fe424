package series

import (
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// frame is what one Flush writes. Behind its length and checksum, of four bytes
// each, it has for every bucket the key and units of its series, the minute, and
// the encoded bucket. Texts and buckets have their lengths before them.
type frame struct {
	body  []byte
	count int
}

func (f *frame) add(key string, units []string, minute int64, encoded []byte) {
	f.count++
	f.body = text(text(f.body, key), strings.Join(units, unitSeparator))
	f.body = binary.AppendVarint(f.body, minute)
	f.body = append(binary.AppendUvarint(f.body, uint64(len(encoded))), encoded...)
}

const unitSeparator = ","

func text(to []byte, s string) []byte { return append(binary.AppendUvarint(to, uint64(len(s))), s...) }

const headSize = 8

func sealed(body []byte) []byte {
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(body)))
	return append(binary.LittleEndian.AppendUint32(head, crc32.ChecksumIEEE(body)), body...)
}

// unsealed cuts the first body off; it reports false for one that is torn.
func unsealed(data []byte) (body, rest []byte, ok bool) {
	if len(data) < headSize {
		return nil, nil, false
	}
	length, sum := binary.LittleEndian.Uint32(data), binary.LittleEndian.Uint32(data[4:])
	if uint64(length) > uint64(len(data)-headSize) {
		return nil, nil, false
	}
	body = data[headSize : headSize+int(length)]
	return body, data[headSize+int(length):], crc32.ChecksumIEEE(body) == sum
}

// visitor takes one encoded bucket of a series.
type visitor func(key string, units []string, minute int64, encoded []byte)

func visitBody(body []byte, visit visitor) {
	d := decoder{rest: body}
	for len(d.rest) > 0 && !d.failed {
		key, units := d.bytes(), d.bytes()
		minute := d.varint()
		encoded := d.bytes()
		if !d.failed {
			visit(string(key), strings.Split(string(units), unitSeparator), minute, encoded)
		}
	}
}

func (d *decoder) bytes() []byte {
	n := d.length()
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}
