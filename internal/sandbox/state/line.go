package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
)

// format is the number of the journal's layout and of the types in it. A journal
// of a higher one is refused.
const format = 1

// header is the first line of a journal, without its newline.
var header = fmt.Sprintf("keyvex state, format %d", format)

// record is the last word on one key of one map; a nil value removes it.
type record struct {
	mapName, key string
	value        json.RawMessage
}

// A line is the checksum of what follows it, in eight hexadecimal digits, and
// for each record a map name, a key and a value, separated by tabs. Key and value
// are JSON, in which a raw tab or newline cannot occur; a removed record's value
// is empty.
const tab = '\t'

// castagnoli is a table that is made when it is first asked for, not at each start.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

var errDamaged = errors.New("the checksum does not match")

// encode gives the line of a transaction, newline included.
func encode(changes []Change) []byte {
	size := 9
	for _, c := range changes {
		size += len(c.mapName) + len(c.key) + len(c.value) + 8
	}
	line := make([]byte, 8, size)
	for _, c := range changes {
		key, _ := json.Marshal(c.key)
		line = append(append(line, tab), c.mapName...)
		line = append(append(line, tab), key...)
		line = append(append(line, tab), c.value...)
	}
	copy(line, fmt.Sprintf("%08x", crc32.Checksum(line[8:], castagnoli())))
	return append(line, '\n')
}

// decode gives the records of a line without its newline. The values point into
// the line.
func decode(line []byte) ([]record, error) {
	if len(line) < 8 {
		return nil, errDamaged
	}
	sum, err := strconv.ParseUint(string(line[:8]), 16, 32)
	if err != nil || uint32(sum) != crc32.Checksum(line[8:], castagnoli()) {
		return nil, errDamaged
	}
	fields := bytes.Split(line[8:], []byte{tab})
	if len(fields) < 4 || len(fields)%3 != 1 || len(fields[0]) != 0 {
		return nil, fmt.Errorf("%d fields in a line", len(fields))
	}
	var records []record
	for f := fields[1:]; len(f) > 0; f = f[3:] {
		r := record{mapName: string(f[0])}
		if err := json.Unmarshal(f[1], &r.key); err != nil {
			return nil, fmt.Errorf("key %s: %w", f[1], err)
		}
		if len(f[2]) > 0 {
			r.value = f[2]
		}
		records = append(records, r)
	}
	return records, nil
}
