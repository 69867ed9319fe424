package series

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// journal keeps one file for each hour in which something was recorded:
// "HOUR.minutes", a frame a minute, while it is fresh, and "HOUR.hour", one
// compressed frame, afterwards. A kill loses what was recorded since the last
// frame. What cannot be written is lost to the next start only: metrics are no
// reason to refuse work.
type journal struct {
	folder string
	file   *os.File
	hour   int64
}

const (
	freshFile = ".minutes"
	agedFile  = ".hour"
)

func (j *journal) path(hour int64, suffix string) string {
	return filepath.Join(j.folder, fmt.Sprintf("%08d%s", hour, suffix))
}

func (j *journal) write(hour int64, f *frame) {
	if j.folder == "" || f.count == 0 || !j.open(hour) {
		return
	}
	_, _ = j.file.Write(sealed(f.body))
}

func (j *journal) open(hour int64) bool {
	if j.file != nil && j.hour == hour {
		return true
	}
	j.close()
	if os.MkdirAll(j.folder, 0o700) != nil {
		return false
	}
	j.readFile(j.path(hour, freshFile), func([]byte) {}) // cuts off what a kill left torn
	file, err := os.OpenFile(j.path(hour, freshFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return false
	}
	j.file, j.hour = file, hour
	return true
}

func (j *journal) close() {
	if j.file != nil {
		_ = j.file.Close()
		j.file = nil
	}
}

// files are the hours that there are files of, with each file's suffix, in order.
func (j *journal) files() (hours []int64, suffixes []string) {
	if j.folder == "" {
		return nil, nil
	}
	entries, _ := os.ReadDir(j.folder)
	for _, entry := range entries {
		var hour int64
		suffix := filepath.Ext(entry.Name())
		if _, err := fmt.Sscanf(strings.TrimSuffix(entry.Name(), suffix), "%d", &hour); err == nil {
			hours, suffixes = append(hours, hour), append(suffixes, suffix)
		}
	}
	return hours, suffixes
}

// read visits all that the files have.
func (j *journal) read(visit visitor) {
	hours, suffixes := j.files()
	for i, hour := range hours {
		switch suffixes[i] {
		case agedFile:
			j.readFile(j.path(hour, agedFile), func(body []byte) {
				if plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(body))); err == nil {
					visitBody(plain, visit)
				}
			})
		case freshFile:
			if i > 0 && hours[i-1] == hour {
				_ = os.Remove(j.path(hour, freshFile)) // an aged file was made of it, and the end came before this
				continue
			}
			j.readFile(j.path(hour, freshFile), func(body []byte) { visitBody(body, visit) })
		}
	}
}

// readFile visits the frames of a file and cuts off a torn one, which new frames
// would otherwise follow.
func (j *journal) readFile(path string, visit func(body []byte)) {
	data, err := os.ReadFile(path)
	if err != nil {
		return
	}
	rest := data
	for len(rest) > 0 {
		body, after, ok := unsealed(rest)
		if !ok {
			_ = os.Truncate(path, int64(len(data)-len(rest)))
			return
		}
		visit(body)
		rest = after
	}
}

// age makes the files before fresh small and removes those before oldest.
func (j *journal) age(oldest, fresh int64) {
	hours, suffixes := j.files()
	for i, hour := range hours {
		switch {
		case hour < oldest:
			_ = os.Remove(j.path(hour, suffixes[i]))
		case hour < fresh && suffixes[i] == freshFile:
			j.shrink(hour)
		}
	}
}

func (j *journal) shrink(hour int64) {
	var f frame
	j.readFile(j.path(hour, freshFile), func(body []byte) {
		visitBody(body, func(key string, units []string, minute int64, encoded []byte) {
			d := decoder{rest: encoded}
			if b := d.bucket(); !d.failed {
				f.add(key, units, minute, encode(nil, b, true))
			}
		})
	})
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err != nil {
		return
	}
	_, _ = w.Write(f.body)
	_ = w.Close()
	temporary := j.path(hour, ".part")
	if os.WriteFile(temporary, sealed(packed.Bytes()), 0o600) == nil && os.Rename(temporary, j.path(hour, agedFile)) == nil {
		_ = os.Remove(j.path(hour, freshFile))
	}
}
