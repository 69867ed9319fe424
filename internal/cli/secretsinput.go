package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

// What turns on that a terminal marks what is pasted, and the marks.
const (
	markPastes, unmarkPastes = "\x1b[?2004h", "\x1b[?2004l"
	pasteBegins, pasteEnds   = "\x1b[200~", "\x1b[201~"
)

// longestValue is how much a value may have, in bytes: what Secrets Manager takes.
const longestValue = 65536

// typed collects a value from what a terminal in raw mode sends. Nothing of it is echoed.
//
// The inputs of huh and bubbles are no choice here: they keep what is typed in strings
// and in slices that grow, of which nobody can wipe the copies, and the one that hides
// it turns line breaks into blanks.
type typed struct {
	value []byte
	// escape is an escape sequence that has begun.
	escape []byte
	// pasted is where in value the paste began that is under way; -1 without one.
	pasted int
}

func newTyped() *typed { return &typed{value: make([]byte, 0, 2*longestValue), pasted: -1} }

// take reads one piece of input. A line break inside a paste, or with more behind it in
// the same piece, belongs to the value; any other one ends it.
func (t *typed) take(piece []byte) (done, left bool) {
	for i, b := range piece {
		if len(t.value) == cap(t.value) {
			return false, true
		}
		switch {
		case t.pasted >= 0:
			t.paste(b)
		case len(t.escape) > 0:
			t.sequence(b)
		case b == '\r' || b == '\n':
			if i == len(piece)-1 {
				return true, false
			}
			t.value = append(t.value, '\n')
		default:
			if t.press(b) {
				return false, true
			}
		}
	}
	return false, false
}

// paste takes a byte of a paste. Terminals send line breaks as carriage returns.
func (t *typed) paste(b byte) {
	if b == '\r' {
		b = '\n'
	}
	t.value = append(t.value, b)
	if bytes.HasSuffix(t.value[t.pasted:], []byte(pasteEnds)) {
		t.value = t.value[:len(t.value)-len(pasteEnds)]
		t.pasted = -1
	}
}

// sequence takes a byte of an escape sequence, of which all but the begin of a paste
// mean nothing here.
func (t *typed) sequence(b byte) {
	t.escape = append(t.escape, b)
	switch {
	case string(t.escape) == pasteBegins:
		t.pasted, t.escape = len(t.value), nil
	case len(t.escape) > 2 && b >= '@', len(t.escape) == 2 && b != '[' && b != 'O':
		t.escape = nil
	}
}

// press takes a key; left reports Ctrl-C, or Ctrl-D on nothing.
func (t *typed) press(b byte) (left bool) {
	switch {
	case b == 0x03, b == 0x04 && len(t.value) == 0:
		return true
	case b == 0x1b:
		t.escape = append(t.escape[:0], b)
	case b == 0x7f || b == 0x08:
		_, size := utf8.DecodeLastRune(t.value)
		t.value = t.value[:len(t.value)-size]
	case b == 0x15: // Ctrl-U
		t.value = t.value[:0]
	case b >= ' ' || b == '\t':
		t.value = append(t.value, b)
	}
	return false
}

// useTerminal asks at /dev/tty where standard input is not the terminal, so that a value
// can come from a pipe and the answer from the operator. close gives it back.
func (a *app) useTerminal() (stdin io.Reader, piped bool, closer func()) {
	stdin, piped = a.in, !a.terminal.in
	if !piped || a.flags.noInput {
		return stdin, piped, func() {}
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return stdin, piped, func() {}
	}
	a.in, a.terminal.in = tty, true
	return stdin, piped, func() {
		a.in, a.terminal.in = stdin, false
		_ = tty.Close()
	}
}

// askHidden reads a value that is not shown. Whatever ends it, the terminal is as it was.
func (a *app) askHidden(ctx context.Context, question string) (secrets.Value, error) {
	in, ok := a.in.(*os.File)
	if !ok {
		return secrets.Value{}, problem.New(problem.Usage, "there is no terminal to type a value at").WithHint("--from-file FILE, or standard input")
	}
	before, err := term.MakeRaw(in.Fd())
	if err != nil {
		return secrets.Value{}, problem.New(problem.Usage, "the terminal cannot hide what is typed: %s", err).WithHint("--from-file FILE, or standard input").WithCause(err)
	}
	fmt.Fprint(a.err, markPastes+question)
	defer func() {
		forgetTyped(in)
		_ = term.Restore(in.Fd(), before)
		fmt.Fprint(a.err, unmarkPastes+"\n")
	}()
	t := newTyped()
	for {
		piece, open := a.nextPiece(ctx, in)
		done, left := t.take(piece)
		clear(piece)
		switch {
		case left || !open:
			clear(t.value[:cap(t.value)])
			return secrets.Value{}, problem.New(problem.Interrupted, "no value was given, nothing was written").WithHint("the same command asks again")
		case done:
			return secrets.NewValue(t.value), nil
		}
	}
}

// nextPiece waits for input or the end of ctx; open is false for the end of either.
func (a *app) nextPiece(ctx context.Context, in io.Reader) (piece []byte, open bool) {
	pieces := make(chan []byte, 1)
	go func() {
		defer close(pieces)
		buffer := make([]byte, 4096)
		if n, err := in.Read(buffer); err == nil {
			pieces <- buffer[:n]
		}
	}()
	select {
	case piece, open = <-pieces:
		return piece, open
	case <-ctx.Done():
		return nil, false
	}
}
