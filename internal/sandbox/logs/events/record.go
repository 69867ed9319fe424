package events

import (
	"encoding/binary"
	"hash/crc32"
)

// A record is events of one stream that arrived together: the length of its body
// and the checksum of that, each in four bytes, then the body. That is, in
// varints, the stream, the first event's number, the time of ingestion and the
// count of events; and of each event the timestamp, as the distance from the
// ingestion, the length of the message and the message.
const frame = 8

// maxRecord is the size in bytes at which a record ends, if it has an event.
const maxRecord = 16 << 10

// castagnoli is a table that is made when it is first asked for, not at each start.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// header is what stands before the events of a record.
type header struct {
	stream    uint32
	seq       uint64
	ingestion int64
	count     int
}

// appendRecord writes as many of the entries as one record takes, and gives their
// number.
func appendRecord(b []byte, h header, entries []Entry) ([]byte, int) {
	size := 0
	for h.count = 0; h.count < len(entries) && (h.count == 0 || size < maxRecord); h.count++ {
		size += len(entries[h.count].Message)
	}
	start := len(b)
	b = append(b, make([]byte, frame)...)
	b = binary.AppendUvarint(b, uint64(h.stream))
	b = binary.AppendUvarint(b, h.seq)
	b = binary.AppendVarint(b, h.ingestion)
	b = binary.AppendUvarint(b, uint64(h.count))
	for _, e := range entries[:h.count] {
		b = binary.AppendVarint(b, e.Timestamp-h.ingestion)
		b = binary.AppendUvarint(b, uint64(len(e.Message)))
		b = append(b, e.Message...)
	}
	body := b[start+frame:]
	binary.LittleEndian.PutUint32(b[start:], uint32(len(body)))
	binary.LittleEndian.PutUint32(b[start+4:], crc32.Checksum(body, castagnoli()))
	return b, h.count
}

// cutRecord gives the body of the record that b begins with and what follows it;
// ok is false if b does not begin with a whole one.
func cutRecord(b []byte) (body, rest []byte, ok bool) {
	if len(b) < frame {
		return nil, b, false
	}
	size := int64(binary.LittleEndian.Uint32(b))
	if size == 0 || size > int64(len(b)-frame) {
		return nil, b, false
	}
	return b[frame : frame+size], b[frame+size:], true
}

// intact verifies the checksum of the record that b begins with.
func intact(b, body []byte) bool {
	return binary.LittleEndian.Uint32(b[4:]) == crc32.Checksum(body, castagnoli())
}

// reader takes numbers off the front of a body; bad stays set after a failure.
type reader struct {
	b   []byte
	at  int
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b[r.at:])
	r.advance(n)
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b[r.at:])
	r.advance(n)
	return v
}

func (r *reader) advance(n int) {
	if n <= 0 || n > len(r.b)-r.at {
		r.bad, n = true, 0
	}
	r.at += n
}

func (r *reader) header() header {
	return header{stream: uint32(r.uvarint()), seq: r.uvarint(), ingestion: r.varint(), count: int(r.uvarint())}
}

// event takes the next event's timestamp and leaves where its message is.
func (r *reader) event(ingestion int64) (timestamp int64, from, to int) {
	timestamp = ingestion + r.varint()
	size := r.uvarint()
	from = r.at
	if size > uint64(len(r.b)-r.at) {
		r.bad = true
		return timestamp, from, from
	}
	r.at += int(size)
	return timestamp, from, r.at
}
