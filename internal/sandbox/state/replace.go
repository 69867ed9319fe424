package state

import (
	"bytes"
	"strings"
)

// Replace puts one text in the place of another in every stored value of the maps
// whose names begin with one of the prefixes, all at once, and gives the number of
// records. It is for maps that are not open yet.
func (s *Store) Replace(prefixes []string, from, to string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	var changes []Change
	for name, records := range s.loaded {
		if !hasPrefix(name, prefixes) {
			continue
		}
		for key, raw := range records {
			if !bytes.Contains(raw, []byte(from)) {
				continue
			}
			records[key] = bytes.ReplaceAll(raw, []byte(from), []byte(to))
			changes = append(changes, Change{record: record{mapName: name, key: key, value: records[key]}})
		}
	}
	_ = s.write(changes) // a failure stays in Err
	return len(changes)
}

func hasPrefix(name string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
