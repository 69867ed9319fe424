package series

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// Store keeps the series of all metrics; it is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	all     map[string]*one
	journal *journal
	loaded  bool
	// scratch holds the key of a lookup.
	scratch []byte
	// aged is the hour in which old blocks were last dealt with.
	aged int64
}

// Open makes a store that keeps its files in a folder, or in memory only when that
// is empty. What the folder has is read when somebody first asks.
func Open(folder string) *Store {
	return &Store{all: map[string]*one{}, journal: &journal{folder: folder}}
}

// Record takes one value. A datum without a time is of now.
func (s *Store) Record(now time.Time, d host.Datum) {
	if d.At.IsZero() {
		d.At = now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(d.Namespace, d.Name, d.Dimensions)
	o.remember(d.Unit)
	o.at(minuteOf(d.At)).Add(d.Value, 1)
}

// Add takes a bucket of values that all are of one moment; a fine one is kept by
// the second, too.
func (s *Store) Add(m Metric, unit string, at time.Time, b *Bucket, fine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.find(m.Namespace, m.Name, m.Dimensions)
	o.remember(unit)
	o.at(minuteOf(at)).Merge(b)
	if fine {
		o.atSecond(at.Unix()).Merge(b)
	}
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// find gives the series of a metric, a new one if need be.
func (s *Store) find(namespace, name string, dimensions []host.Dimension) *one {
	s.scratch = appendKey(s.scratch[:0], namespace, name, dimensions)
	if o, ok := s.all[string(s.scratch)]; ok {
		return o
	}
	o := &one{metric: Metric{strings.Clone(namespace), strings.Clone(name), slices.Clone(dimensions)}}
	s.all[string(s.scratch)] = o
	return o
}

const noUnit = "None"

func (o *one) remember(unit string) {
	if unit == "" {
		unit = noUnit
	}
	if !slices.Contains(o.units, unit) {
		o.units = append(o.units, unit)
	}
}

// Unit is the unit of a metric's data, empty when it has none or several.
func (s *Store) Unit(m Metric) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.all[m.key()]; ok && len(o.units) == 1 {
		return o.units[0]
	}
	return ""
}

// Metrics are all metrics that had data since a moment, in the order of their
// namespaces, names and dimensions.
func (s *Store) Metrics(since time.Time) []Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	keys := make([]string, 0, len(s.all))
	for key, o := range s.all {
		if o.latest >= minuteOf(since) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	out := make([]Metric, len(keys))
	for i, key := range keys {
		out[i] = s.all[key].metric
	}
	return out
}

// Flush closes the buckets of all minutes before the one of now: writes them to the
// folder and encodes them in memory. Once an hour it deals with what has become old.
func (s *Store) Flush(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load()
	s.flush(now, minuteOf(now))
	if hour := minuteOf(now) / minutesAnHour; hour != s.aged {
		s.aged = hour
		s.age(hour)
	}
}

func (s *Store) flush(now time.Time, before int64) {
	var frame frame
	for key, o := range s.all {
		for minute, b := range o.open {
			if minute < before {
				encoded := encode(nil, b, false)
				o.store(minute, encoded)
				frame.add(key, o.units, minute, encoded)
				delete(o.open, minute)
			}
		}
		o.recent = openBucket{}
	}
	s.journal.write(minuteOf(now)/minutesAnHour, &frame)
}

func (s *Store) age(hour int64) {
	oldest, fresh := hour-int64(Kept/time.Hour), hour-int64(KeptFine/time.Hour)
	for key, o := range s.all {
		if !o.age(oldest, fresh) {
			delete(s.all, key)
		}
	}
	s.journal.age(oldest, fresh)
}

// Close writes all that is not yet written. The store must not be used any more.
func (s *Store) Close(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const everything = 1 << 62
	s.flush(now, everything)
	s.journal.close()
}

// load reads the folder, once.
func (s *Store) load() {
	if s.loaded {
		return
	}
	s.loaded = true
	s.journal.read(func(key string, units []string, minute int64, encoded []byte) {
		m, ok := parseKey(key)
		if !ok {
			return
		}
		o := s.find(m.Namespace, m.Name, m.Dimensions)
		for _, unit := range units {
			o.remember(unit)
		}
		o.store(minute, encoded)
	})
}
