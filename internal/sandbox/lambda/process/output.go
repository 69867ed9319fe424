package process

import (
	"bytes"
	"os"
	"sync"
)

// maxLine is where a line is cut: the largest log event, in bytes.
const maxLine = 256 << 10

// output is the pipe that a process writes to. This side keeps its writing end
// open, to write a mark into: what the process wrote before is then read.
type output struct {
	reader, writer *os.File
	lines          func([]string)
	mark           []byte

	mu     sync.Mutex // one mark at a time
	closed bool
	marked chan struct{}
	ended  chan struct{}
}

func newOutput(token string, lines func([]string)) (*output, error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	o := &output{
		reader: reader, writer: writer, lines: lines, mark: []byte("\x00" + token),
		marked: make(chan struct{}), ended: make(chan struct{}),
	}
	go o.read()
	return o, nil
}

// read gives on lines until the reading end is closed.
func (o *output) read() {
	defer close(o.ended)
	var rest []byte
	chunk := make([]byte, 32<<10)
	for {
		n, err := o.reader.Read(chunk)
		rest = o.deliver(append(rest, chunk[:n]...))
		if err != nil {
			return
		}
	}
}

// deliver gives on the complete lines, and gives back what has no end yet.
func (o *output) deliver(data []byte) []byte {
	var lines []string
	give := func() {
		if len(lines) > 0 {
			o.lines(lines)
			lines = nil
		}
	}
	for {
		line, after, found := bytes.Cut(data, []byte{'\n'})
		if !found && len(data) < maxLine {
			break
		}
		if !found {
			line, after = data[:maxLine], data[maxLine:]
		}
		data = after
		before, marked := bytes.CutSuffix(line, o.mark)
		if !marked || len(before) > 0 {
			lines = append(lines, string(before))
		}
		if marked {
			give()
			o.marked <- struct{}{}
		}
	}
	give()
	return append([]byte(nil), data...)
}

// flush returns when all that the process has written so far was given on.
func (o *output) flush() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if _, err := o.writer.Write(append(o.mark, '\n')); err == nil {
		<-o.marked
	}
}

// close flushes and ends the pipe, whoever still holds its writing end.
func (o *output) close() {
	o.flush()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	_ = o.writer.Close()
	_ = o.reader.Close()
	<-o.ended
}
