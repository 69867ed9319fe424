package state

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/problem"
	"pgregory.net/rapid"
)

type item struct {
	Text string
	N    int `json:",omitempty"`
}

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRecordsOutliveTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "state")
	s := open(t, path)
	queues := NewMap[item](s, "queues")
	queues.Set("a", item{"first", 1})
	queues.Set("a", item{"second\t\n", 2})
	queues.Set("b\tc", item{Text: "x"})
	queues.Set("gone", item{})
	queues.Delete("gone")
	// No Close: a process killed here has answered all of these.
	again := NewMap[item](open(t, path), "queues")
	want := map[string]item{"a": {"second\t\n", 2}, "b\tc": {Text: "x"}}
	if got := maps.Collect(again.All()); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNobodyElseReadsTheJournal(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(folder, "journal")
	modes := func() [2]fs.FileMode {
		in, _ := os.Stat(folder)
		of, _ := os.Stat(path)
		return [2]fs.FileMode{in.Mode().Perm(), of.Mode().Perm()}
	}
	NewMap[item](open(t, path), "m").Set("a", item{})
	if got := modes(); got != [2]fs.FileMode{0o700, 0o600} {
		t.Errorf("a new journal: %v", got)
	}
	if err := errors.Join(os.Chmod(folder, 0o755), os.Chmod(path, 0o644)); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	open(t, path)
	if got := modes(); got != [2]fs.FileMode{0o700, 0o600} {
		t.Errorf("one that was readable: %v", got)
	}
}

// A model of transactions: after a crash at any byte, the store holds what it
// held after some whole number of them, and all those before the crash's byte.
func TestACrashAtAnyByteLeavesWholeTransactions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "state")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		path := filepath.Join(folder, "journal")
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		a, b := NewMap[item](s, "a"), NewMap[item](s, "b")
		sizes, models := []int64{s.journal.size}, []map[string]item{{}}
		for range rapid.IntRange(1, 6).Draw(t, "transactions") {
			model := maps.Clone(models[len(models)-1])
			s.Commit(drawChanges(t, a, b, model)...)
			sizes, models = append(sizes, s.journal.size), append(models, model)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		content, _ := os.ReadFile(path)
		for cut := range len(content) + 1 {
			whole := 0
			for i, size := range sizes {
				if size <= int64(cut) {
					whole = i
				}
			}
			got := replayed(t, content[:cut])
			if maps.Equal(got, models[whole]) && (cut == 0 || cut%37 == 0) {
				got = reopened(t, filepath.Join(folder, "cut"), content[:cut])
			}
			if !maps.Equal(got, models[whole]) {
				t.Fatalf("cut at %d of %d: got %v, want %v", cut, len(content), got, models[whole])
			}
		}
	})
}

// replayed is what a journal of that content holds.
func replayed(t *rapid.T, content []byte) map[string]item {
	s := Memory()
	if _, err := read("journal", content, s.replay); err != nil {
		t.Fatal(err)
	}
	return contentOf(s)
}

func contentOf(s *Store) map[string]item {
	got := map[string]item{}
	for _, m := range []*Map[item]{NewMap[item](s, "a"), NewMap[item](s, "b")} {
		for k, v := range m.All() {
			got[m.name+"/"+k] = v
		}
	}
	return got
}

func drawChanges(t *rapid.T, a, b *Map[item], model map[string]item) []Change {
	var changes []Change
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		m := rapid.SampledFrom([]*Map[item]{a, b}).Draw(t, "map")
		key := rapid.SampledFrom([]string{"", "k", "ü\t", "\n"}).Draw(t, "key")
		if rapid.Bool().Draw(t, "remove") {
			changes = append(changes, m.Remove(key))
			delete(model, m.name+"/"+key)
			continue
		}
		v := item{Text: rapid.StringN(0, 5, 20).Draw(t, "text"), N: rapid.Int().Draw(t, "n")}
		changes = append(changes, m.Put(key, v))
		model[m.name+"/"+key] = v
	}
	return changes
}

// reopened opens a journal with that content, twice, since opening mends it.
func reopened(t *rapid.T, path string, content []byte) (got map[string]item) {
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got = contentOf(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func TestDamageInTheMiddleStopsAndNamesTheLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	m := NewMap[item](s, "m")
	for i := range 5 {
		m.Set(fmt.Sprint(i), item{Text: "value"})
	}
	content, _ := os.ReadFile(path)
	lines := strings.SplitAfter(string(content), "\n")
	for damaged := range 5 {
		broken := append([]string{}, lines...)
		broken[damaged] = strings.NewReplacer("value", "Value", "state", "State").Replace(broken[damaged])
		if err := os.WriteFile(path, []byte(strings.Join(broken, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil {
			t.Fatalf("line %d: opened", damaged+1)
		}
		p, _ := err.(*problem.Error)
		if !strings.Contains(err.Error(), fmt.Sprintf("%s, line %d", path, damaged+1)) || !strings.Contains(p.Hint, "keyvex local reset") {
			t.Errorf("line %d: %v (%s)", damaged+1, err, p.Hint)
		}
	}
	if now, _ := os.ReadFile(path); len(now) != len(content) {
		t.Errorf("the damaged file was changed")
	}
}

func TestADamagedLastLineIsDroppedWithANotice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	m := NewMap[item](s, "m")
	m.Set("kept", item{})
	m.Set("torn", item{})
	content, _ := os.ReadFile(path)
	if err := os.WriteFile(path, content[:len(content)-3], 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	m = NewMap[item](s, "m")
	if _, ok := m.Get("kept"); !ok || m.Len() != 1 || len(s.Notices()) != 1 {
		t.Errorf("%d records, notices %q", m.Len(), s.Notices())
	}
	m.Set("next", item{})
	if s = open(t, path); NewMap[item](s, "m").Len() != 2 || len(s.Notices()) != 0 {
		t.Errorf("after mending: notices %q", s.Notices())
	}
}

func TestANewerFormatIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	newer := strings.Replace(header, "format 1", "format 2", 1) + "\nwhatever it may say\n"
	if err := os.WriteFile(path, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path)
	if !problem.Is(err, problem.Refused) || !strings.Contains(err.Error(), "format 2") {
		t.Errorf("got %v", err)
	}
}

func TestAFailedWriteSticksAndIsNotRemembered(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	m := NewMap[item](s, "m")
	m.Set("a", item{Text: "saved"})
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this machine has no /dev/full to play a full disk")
	}
	s.journal.file = full
	m.Set("a", item{Text: "lost"})
	m.Set("b", item{})
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "no space left on device") {
		t.Fatal(err)
	}
	if v, _ := m.Get("a"); v.Text != "saved" || m.Len() != 1 {
		t.Errorf("pretends to hold %v and %d records", v, m.Len())
	}
	if again := NewMap[item](open(t, path), "m"); again.Len() != 1 {
		t.Errorf("the file holds %d records", again.Len())
	}
}

func TestCompactionKeepsTheLastWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	s := open(t, path)
	m := NewMap[item](s, "m")
	s.journal.compactAt = 10_000
	last := 0
	for i := range 20_000 {
		m.Set(fmt.Sprint(i%50), item{Text: strings.Repeat("x", 100), N: i + 1})
		last = i + 1
		if i%5000 == 4999 {
			s.journal.background.Wait()
			s.mu.Lock()
			s.journal.compactAt = 10_000
			s.mu.Unlock()
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Size() > 1<<20 {
		t.Errorf("%d bytes for 50 records", info.Size())
	}
	again := NewMap[item](open(t, path), "m")
	for i := range 50 {
		if v, _ := again.Get(fmt.Sprint((last - 1 - i) % 50)); v.N != last-i {
			t.Fatalf("record of step %d is %d", last-i, v.N)
		}
	}
}

func TestClosedStoreTakesNoChange(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "journal"))
	m := NewMap[item](s, "m")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	m.Set("a", item{})
	if m.Len() != 0 || s.Err() == nil || s.Close() != nil {
		t.Error("a closed store took a change")
	}
}

func FuzzRead(f *testing.F) {
	line := string(encode([]Change{{record: record{"m", "k", []byte(`{"a":1}`)}}}))
	f.Add(header + "\n" + line + line)
	f.Add(header + "\n" + line[:9])
	f.Add(header[:5])
	f.Add(header + "\n00000000\t\t\t\n" + line)
	f.Fuzz(func(t *testing.T, content string) {
		var records []record
		whole, err := read("journal", []byte(content), func(r record) { records = append(records, r) })
		if whole < 0 || whole > len(content) {
			t.Fatalf("%d of %d bytes", whole, len(content))
		}
		if err != nil {
			return
		}
		count := 0
		if again, err := read("journal", []byte(content[:whole]), func(record) { count++ }); again != whole || err != nil || count != len(records) {
			t.Errorf("what was whole reads as %d of %d bytes, %v", again, whole, err)
		}
	})
}

func BenchmarkSetOneKilobyte(b *testing.B) {
	m := NewMap[item](open(b, filepath.Join(b.TempDir(), "journal")), "m")
	v := item{Text: strings.Repeat("x", 1000)}
	for i := 0; b.Loop(); i++ {
		m.Set(fmt.Sprint(i%1000), v)
	}
}

func BenchmarkReplay100000Records(b *testing.B) {
	path := filepath.Join(b.TempDir(), "journal")
	s := open(b, path)
	m := NewMap[item](s, "m")
	for i := range 100_000 {
		m.Set(fmt.Sprint(i), item{Text: strings.Repeat("x", 200), N: i})
	}
	s.Close()
	for b.Loop() {
		if NewMap[item](open(b, path), "m").Len() != 100_000 {
			b.Fatal("records are missing")
		}
	}
}
