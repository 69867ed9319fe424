package events

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"sync"
)

// file is where a segment's records are.
type file interface {
	io.ReaderAt
	io.Writer
	io.Closer
}

// segment is a part of a log group's events. What is older than another segment
// never changes.
type segment struct {
	file file
	// path is empty in memory.
	path    string
	size    int64
	extents []extent
	streams map[uint32]*Stats
	// newest is the latest timestamp, next the number that follows the last event's.
	newest int64
	next   uint64
}

func newSegment(f file, path string) *segment {
	return &segment{file: f, path: path, streams: map[uint32]*Stats{}}
}

// create makes the file of a segment, or a piece of memory.
func create(path string) (*segment, error) {
	if path == "" {
		return newSegment(&memory{}, ""), nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return newSegment(f, path), nil
}

// open reads a segment's file back, by way of a buffer. With mend, what follows the last whole record
// is cut off: a crash left it there, and it was never answered.
func open(path string, buffer *[]byte, mend bool) (*segment, error) {
	s, err := create(path)
	if err != nil {
		return nil, err
	}
	content := bytes.NewBuffer((*buffer)[:0])
	if _, err := content.ReadFrom(io.NewSectionReader(s.file, 0, math.MaxInt64)); err != nil {
		return nil, errors.Join(err, s.file.Close())
	}
	*buffer = content.Bytes()
	s.replay(*buffer)
	if mend && s.size < int64(len(*buffer)) {
		err = os.Truncate(path, s.size)
	}
	return s, err
}

// replay notes the records of a file up to the first that is not whole.
func (s *segment) replay(content []byte) {
	for rest := content; ; {
		body, after, ok := cutRecord(rest)
		if !ok || !intact(rest, body) {
			return
		}
		h, stats, ok := summary(body)
		if !ok {
			return
		}
		s.note(len(rest)-len(after), h, stats)
		rest = after
	}
}

// summary reads through a record.
func summary(body []byte) (h header, s Stats, ok bool) {
	r := reader{b: body}
	h = r.header()
	for i := 0; i < h.count && !r.bad; i++ {
		at, from, to := r.event(h.ingestion)
		s.add(Stats{First: at, Last: at, LastIngested: h.ingestion, Events: 1, Bytes: int64(to - from)})
	}
	return h, s, !r.bad && h.count > 0
}

// write appends records and takes note of them. A failed write is undone.
func (s *segment) write(records []byte) error {
	if _, err := s.file.Write(records); err != nil {
		if s.path != "" {
			err = errors.Join(err, os.Truncate(s.path, s.size))
		}
		return err
	}
	s.replay(records)
	return nil
}

// note takes a record of that size into the index.
func (s *segment) note(size int, h header, stats Stats) {
	last := len(s.extents) - 1
	if last < 0 || s.extents[last].Size+size > extentSize {
		s.extents = append(s.extents, extent{Offset: s.size})
		last++
	}
	s.extents[last].take(size, h.stream, stats)
	if s.streams[h.stream] == nil {
		s.streams[h.stream] = &Stats{}
	}
	s.streams[h.stream].add(stats)
	if s.size == 0 {
		s.newest = stats.Last
	}
	s.newest = max(s.newest, stats.Last)
	s.next = h.seq + uint64(h.count)
	s.size += int64(size)
}

// memory is a file that is forgotten.
type memory struct {
	mu      sync.RWMutex
	content []byte
}

func (m *memory) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.content = append(m.content, b...)
	return len(b), nil
}

func (m *memory) ReadAt(b []byte, at int64) (int, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if at >= int64(len(m.content)) {
		return 0, io.EOF
	}
	n := copy(b, m.content[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memory) Close() error { return nil }
