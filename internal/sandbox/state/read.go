package state

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/problem"
)

// read hands every record of a journal's content to each, in order, and returns
// how many bytes of it are whole. Bytes after that are a last line cut short.
func read(path string, content []byte, each func(record)) (whole int, err error) {
	whole, err = readHeader(path, content)
	if err != nil || whole == 0 {
		return 0, err
	}
	for number := 2; whole < len(content); number++ {
		line, rest, ended := bytes.Cut(content[whole:], []byte{'\n'})
		if !ended {
			return whole, nil
		}
		records, err := decode(line)
		if errors.Is(err, errDamaged) && len(rest) == 0 {
			return whole, nil
		}
		if err != nil {
			return whole, damaged(path, number, err)
		}
		for _, r := range records {
			each(r)
		}
		whole += len(line) + 1
	}
	return whole, nil
}

// readHeader returns the length of the first line, 0 if it was cut short.
func readHeader(path string, content []byte) (int, error) {
	line, _, ended := bytes.Cut(content, []byte{'\n'})
	if !ended && strings.HasPrefix(header, string(line)) {
		return 0, nil
	}
	if ended && string(line) == header {
		return len(line) + 1, nil
	}
	prefix, _, _ := strings.Cut(header, strconv.Itoa(format))
	number, found := strings.CutPrefix(string(line), prefix)
	if n, err := strconv.Atoi(number); ended && found && err == nil && n > format {
		return 0, problem.New(problem.Refused, "the local state in %s has format %d, this keyvex reads %d at most", path, n, format).
			WithHint("update keyvex, or forget the local state with `keyvex local reset`")
	}
	return 0, damaged(path, 1, fmt.Errorf("it does not begin with %q", header))
}

func damaged(path string, line int, cause error) error {
	return problem.New(problem.Failed, "the local state is damaged: %s, line %d", path, line).
		WithHint("keep a copy of the file if you need what is in it, then forget the local state with `keyvex local reset`").
		WithCause(cause)
}

// Check reads only the first line of the journal at path, and fails as Open would
// for one of a newer format. A journal that is not there is fine.
func Check(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unusable(path, err)
	}
	defer func() { _ = f.Close() }()
	start := make([]byte, 2*len(header))
	n, err := io.ReadFull(f, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return unusable(path, err)
	}
	_, err = readHeader(path, start[:n])
	return err
}
