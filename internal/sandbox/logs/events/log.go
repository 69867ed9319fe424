package events

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// segmentSize is the size in bytes at which a new segment begins.
const segmentSize = 16 << 20

// suffix ends the names of segment files, which are numbers in their order.
const suffix = ".events"

// ErrRemoved is the answer of a log whose group was deleted, or that is closed.
var ErrRemoved = errors.New("the log events are gone")

// Log is the events of one log group. It is safe for concurrent use.
type Log struct {
	folder string

	mu       sync.RWMutex
	segments []*segment
	// made counts the segments that there ever were.
	made    int
	next    uint64
	streams map[uint32]*Stats
	scratch []byte
	removed bool
}

// Open reads what the folder has, and makes it at the first event; an empty name
// keeps events in memory. Nobody else may have the folder open.
func Open(folder string) (*Log, error) {
	l := &Log{folder: folder, next: 1}
	if folder != "" {
		if err := l.load(); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	l.count()
	return l, nil
}

func (l *Log) load() error {
	paths, err := filepath.Glob(filepath.Join(l.folder, "*"+suffix))
	if err != nil {
		return err
	}
	slices.Sort(paths)
	content := make([]byte, 0, segmentSize)
	for i, path := range paths {
		s, err := open(path, &content, i == len(paths)-1)
		if err != nil {
			return err
		}
		if _, err := fmt.Sscanf(filepath.Base(path), "%d", &l.made); err != nil {
			return fmt.Errorf("%s is no segment: %w", path, err)
		}
		l.segments = append(l.segments, s)
		l.next = max(l.next, s.next)
	}
	return nil
}

// count adds up what the segments know of the streams.
func (l *Log) count() {
	l.streams = map[uint32]*Stats{}
	for _, s := range l.segments {
		for number, stats := range s.streams {
			if l.streams[number] == nil {
				l.streams[number] = &Stats{}
			}
			l.streams[number].add(*stats)
		}
	}
}

// Append keeps the entries and gives the number of the first. When it returns,
// they are with the operating system: the end of this process does not lose them.
func (l *Log) Append(stream uint32, ingestion int64, entries []Entry) (seq uint64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.removed {
		return 0, ErrRemoved
	}
	s, err := l.current()
	if err != nil {
		return 0, err
	}
	records, more, next := l.scratch[:0], Stats{}, l.next
	for rest := entries; len(rest) > 0; {
		var n int
		records, n = appendRecord(records, header{stream: stream, seq: next, ingestion: ingestion}, rest)
		next += uint64(n)
		rest = rest[n:]
	}
	if err := s.write(records); err != nil {
		return 0, err
	}
	for _, e := range entries {
		more.add(Stats{First: e.Timestamp, Last: e.Timestamp, LastIngested: ingestion, Events: 1, Bytes: int64(len(e.Message))})
	}
	if l.streams[stream] == nil {
		l.streams[stream] = &Stats{}
	}
	l.streams[stream].add(more)
	seq, l.next, l.scratch = l.next, next, records
	return seq, nil
}

// current is the segment that takes the next events.
func (l *Log) current() (*segment, error) {
	if n := len(l.segments); n > 0 && l.segments[n-1].size < segmentSize {
		return l.segments[n-1], nil
	}
	path := ""
	if l.folder != "" {
		if err := os.MkdirAll(l.folder, 0o700); err != nil {
			return nil, err
		}
		path = filepath.Join(l.folder, fmt.Sprintf("%08d%s", l.made+1, suffix))
	}
	s, err := create(path)
	if err != nil {
		return nil, err
	}
	l.made++
	l.segments = append(l.segments, s)
	return s, nil
}

// Stats gives what is known of a stream; of one without events, the zero Stats.
func (l *Log) Stats(stream uint32) Stats {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if s := l.streams[stream]; s != nil {
		return *s
	}
	return Stats{}
}

// Each calls f for every stream that has events. f must not use the log.
func (l *Log) Each(f func(stream uint32, s Stats)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for number, s := range l.streams {
		f(number, *s)
	}
}

// Trim gives the room back of segments whose every event is older than that.
// Files that are still being read are closed by the garbage collector.
func (l *Log) Trim(before int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs error
	kept := len(l.segments)
	last := kept - 1
	l.segments = slices.DeleteFunc(l.segments, func(s *segment) bool {
		if s == l.segments[last] || s.newest >= before {
			return false
		}
		if s.path != "" {
			errs = errors.Join(errs, os.Remove(s.path))
		}
		return true
	})
	if len(l.segments) < kept {
		l.count()
	}
	return errs
}

// Remove forgets all events, on the disk too. Who reads at the time gets ErrRemoved.
func (l *Log) Remove() error {
	err := l.Close()
	if l.folder != "" {
		err = errors.Join(err, os.RemoveAll(l.folder))
	}
	return err
}

// Close ends the use of the files; the events stay.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.removed = true
	var errs error
	for _, s := range l.segments {
		errs = errors.Join(errs, s.file.Close())
	}
	l.segments = nil
	return errs
}
