package logs

import "strconv"

// tally tells lines apart that have no id: the second one of the same stream, time
// and text has another key than the first.
type tally struct {
	// seen is by the second of the lines' time.
	seen map[int64]map[key]int
}

func newTally() *tally { return &tally{seen: map[int64]map[key]int{}} }

// key is the same for the same line in whatever reading, as long as that began
// before the line's second.
func (t *tally) key(l Line) key {
	text := digest(l.Stream + "\x00" + strconv.FormatInt(l.Timestamp, 10) + "\x00" + l.Message)
	second := l.Timestamp / 1000
	if t.seen[second] == nil {
		t.seen[second] = map[key]int{}
	}
	n := t.seen[second][text]
	t.seen[second][text] = n + 1
	text[2] += uint64(n)
	return text
}

// forget drops what is of lines before a time, in milliseconds.
func (t *tally) forget(before int64) {
	for second := range t.seen {
		if second < before/1000 {
			delete(t.seen, second)
		}
	}
}
