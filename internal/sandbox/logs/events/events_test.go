package events

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// fill appends random batches to a log and gives what was put, in order.
func fill(t *rapid.T, l *Log) []Event {
	var all []Event
	for i := range rapid.IntRange(1, 30).Draw(t, "batches") {
		stream := rapid.Uint32Range(1, 4).Draw(t, "stream")
		var batch []Entry
		for range rapid.IntRange(1, 20).Draw(t, "events") {
			batch = append(batch, Entry{
				Timestamp: rapid.Int64Range(0, 50).Draw(t, "timestamp"),
				Message:   strings.Repeat("m", rapid.SampledFrom([]int{1, 100, 9000}).Draw(t, "size")),
			})
		}
		seq, err := l.Append(stream, int64(i), batch)
		if err != nil {
			t.Fatal(err)
		}
		for j, e := range batch {
			all = append(all, Event{Timestamp: e.Timestamp, Ingestion: int64(i), Seq: seq + uint64(j), Stream: stream, Message: e.Message})
		}
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Compare(a.Timestamp, b.Timestamp) })
	return all
}

func read(t interface{ Fatal(...any) }, l *Log, q Query) []Event {
	var out []Event
	for e, err := range l.Read(context.Background(), q) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, *e)
	}
	return out
}

func TestEventsComeBackInOrderFromAnyPlaceInBothDirections(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		where := rapid.SampledFrom([]string{"", folder}).Draw(t, "folder")
		l, err := Open(where)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Remove() }()
		all := fill(t, l)
		if where != "" && rapid.Bool().Draw(t, "restart") {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if l, err = Open(where); err != nil {
				t.Fatal(err)
			}
		}
		q := Query{From: rapid.Int64Range(0, 50).Draw(t, "from"), To: rapid.Int64Range(0, 51).Draw(t, "to"), Backward: rapid.Bool().Draw(t, "backward")}
		only := rapid.Uint32Range(0, 4).Draw(t, "only")
		if only > 0 {
			q.Wanted = func(stream uint32) bool { return stream == only }
		}
		if rapid.Bool().Draw(t, "after") {
			q.After = new(all[rapid.IntRange(0, len(all)-1).Draw(t, "after which")].Position())
		}
		want := slices.DeleteFunc(slices.Clone(all), func(e Event) bool {
			side := 0
			if q.After != nil {
				side = e.Position().Compare(*q.After)
			}
			return e.Timestamp < q.From || e.Timestamp >= q.To || only > 0 && e.Stream != only ||
				q.After != nil && (side == 0 || side < 0 != q.Backward)
		})
		if q.Backward {
			slices.Reverse(want)
		}
		if got := read(t, l, q); !slices.Equal(got, want) {
			t.Fatalf("read %d events, want %d", len(got), len(want))
		}
	})
}

func TestATornTailIsCutAndAllThatWasAnsweredIsThere(t *testing.T) {
	folder := t.TempDir()
	l, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "00000001"+suffix)
	var ends []int64
	for i := range 5 {
		if _, err := l.Append(1, 1, []Entry{{int64(i), fmt.Sprintf("message %d", i)}}); err != nil {
			t.Fatal(err)
		}
		info, _ := os.Stat(path)
		ends = append(ends, info.Size())
	}
	content, _ := os.ReadFile(path)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for size := range len(content) + 1 {
		if err := os.WriteFile(path, content[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := Open(folder)
		if err != nil {
			t.Fatal(err)
		}
		whole := len(slices.DeleteFunc(slices.Clone(ends), func(end int64) bool { return end > int64(size) }))
		if got := read(t, l, Everything()); len(got) != whole {
			t.Fatalf("cut at %d of %d bytes: %d events, want %d", size, len(content), len(got), whole)
		}
		if _, err := l.Append(1, 1, []Entry{{9, "next"}}); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if l, err = Open(folder); err != nil {
			t.Fatal(err)
		}
		got := read(t, l, Everything())
		if len(got) != whole+1 || got[whole].Message != "next" || got[whole].Seq != uint64(whole+1) || l.Close() != nil {
			t.Fatalf("cut at %d and mended: %+v", size, got)
		}
	}
}

func FuzzReplay(f *testing.F) {
	b, _ := appendRecord(nil, header{stream: 1, seq: 1, ingestion: 5}, []Entry{{1, "a"}, {2, "b"}})
	f.Add(b)
	f.Add(append(b, b[:len(b)-1]...))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := newSegment(&memory{content: content}, "")
		s.replay(content)
		if s.size > int64(len(content)) {
			t.Fatalf("%d of %d bytes are whole", s.size, len(content))
		}
		if body, _, ok := cutRecord(content); ok { // unverified, as after a damage
			m := merge{query: new(Everything())}
			m.decode(nil, content)
			_, _, _ = summary(body)
		}
	})
}

func TestOldSegmentsAreTrimmed(t *testing.T) {
	l, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	batch := slices.Repeat([]Entry{{1, strings.Repeat("x", 1<<20)}}, segmentSize>>20)
	for i := range 3 {
		for j := range batch {
			batch[j].Timestamp = int64(i)
		}
		if _, err := l.Append(uint32(i), 0, batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Trim(2); err != nil {
		t.Fatal(err)
	}
	if got := read(t, l, Everything()); len(got) != len(batch) || l.Stats(0).Events != 0 || l.Stats(2).Events != int64(len(batch)) {
		t.Errorf("%d events, %+v", len(got), l.Stats(2))
	}
}

const million = 1_000_000

// large makes a log of a million events of 200 bytes in 100 streams.
func large(b *testing.B) *Log {
	l, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	const batch = 1000
	message := strings.Repeat("x", 200)
	for i := range million / batch {
		var entries []Entry
		for j := range batch {
			entries = append(entries, Entry{int64(i/100*10_000 + j*10), message})
		}
		if _, err := l.Append(uint32(i%100), 0, entries); err != nil {
			b.Fatal(err)
		}
	}
	return l
}

func BenchmarkAppendMillion(b *testing.B) {
	for b.Loop() {
		large(b)
	}
	b.ReportMetric(float64(b.N)*million/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkReadMillion(b *testing.B) {
	l := large(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n := 0
	for b.Loop() {
		for _, err := range l.Read(b.Context(), Everything()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(after.HeapSys-after.HeapReleased)/(1<<20), "heap-MB")
}

func BenchmarkReopenMillion(b *testing.B) {
	l := large(b)
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		again, err := Open(l.folder)
		if err != nil || again.next != million+1 {
			b.Fatal(again.next, err)
		}
		_ = again.Close()
	}
}

func BenchmarkAppendLineByLine(b *testing.B) {
	l, err := Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	line := []Entry{{0, strings.Repeat("x", 200)}}
	for i := 0; b.Loop(); i++ {
		line[0].Timestamp = int64(i)
		if _, err := l.Append(uint32(i%100), 0, line); err != nil {
			b.Fatal(err)
		}
	}
	_ = l.Close()
}
