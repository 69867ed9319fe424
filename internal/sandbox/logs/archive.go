package logs

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"

	"github.com/keyvex/keyvex/internal/sandbox/logs/events"
)

// archive is what memory holds of a log group beside its record. The service's
// mutex guards it.
type archive struct {
	// log is opened when it is first needed.
	log *events.Log
	// names are the streams' by number, empty for a deleted stream. It is replaced
	// rather than changed, but for its growth, so that readers may keep it.
	names []string
	// sorted are the names of the streams in order.
	sorted []string
	// filters are the metric filters, nil until they are needed.
	filters []metricFilter
}

// archive finds or makes the archive of a log group.
func (s *Service) archive(group string) *archive {
	a := s.archives[group]
	if a == nil {
		a = &archive{}
		s.archives[group] = a
	}
	return a
}

func (a *archive) add(st stream) {
	if missing := int(st.Number) + 1 - len(a.names); missing > 0 {
		a.names = append(a.names, make([]string, missing)...)
	}
	a.names[st.Number] = st.Name
	if at, found := slices.BinarySearch(a.sorted, st.Name); !found {
		a.sorted = slices.Insert(a.sorted, at, st.Name)
	}
}

func (a *archive) remove(st stream) {
	a.names = slices.Clone(a.names)
	a.names[st.Number] = ""
	if at, found := slices.BinarySearch(a.sorted, st.Name); found {
		a.sorted = slices.Delete(a.sorted, at, at+1)
	}
}

// log opens the events of a log group. The caller holds mu.
func (s *Service) log(g group) (*events.Log, error) {
	a := s.archive(g.Name)
	if a.log == nil {
		folder := ""
		if s.host.Folder != "" {
			folder = filepath.Join(s.folder(), folderOf(g))
		}
		log, err := events.Open(folder)
		if err != nil {
			return nil, err
		}
		a.log = log
	}
	return a.log, nil
}

func (s *Service) folder() string { return filepath.Join(s.host.Folder, "logs") }

// folderOf names the folder of a log group's events: another one for a group of
// the same name that is made later.
func folderOf(g group) string {
	sum := sha256.Sum256([]byte(g.Name + g.Created.UTC().String()))
	return hex.EncodeToString(sum[:12])
}

// sweep removes the events of groups whose deletion a crash cut short. What cannot
// be removed takes room, and no more.
func (s *Service) sweep() {
	if s.host.Folder == "" {
		return
	}
	known := map[string]bool{}
	for _, g := range s.groups.All() {
		known[folderOf(g)] = true
	}
	entries, _ := os.ReadDir(s.folder())
	for _, entry := range entries {
		if !known[entry.Name()] {
			_ = os.RemoveAll(filepath.Join(s.folder(), entry.Name()))
		}
	}
}

// overhead is the number of bytes that an event counts beside its message.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
const overhead = 26

// storedBytes counts what a log group holds. The caller holds mu.
func (s *Service) storedBytes(g group) (int64, error) {
	log, err := s.log(g)
	if err != nil {
		return 0, err
	}
	names, total := s.archive(g.Name).names, int64(0)
	log.Each(func(number uint32, stats events.Stats) {
		if int(number) < len(names) && names[number] != "" {
			total += stats.Bytes + overhead*stats.Events
		}
	})
	return total, nil
}
