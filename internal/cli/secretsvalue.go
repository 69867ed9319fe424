package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"

	"github.com/charmbracelet/x/term"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox"
	"github.com/keyvex/keyvex/internal/secrets"
)

// valueSource says where a value comes from, and how its white space is treated.
type valueSource struct {
	fromFile string
	// space is "keep", "strip", or empty to ask.
	space string
}

func (s valueSource) check() error {
	if s.space != "" && s.space != "keep" && s.space != "strip" {
		return problem.New(problem.Usage, "--space is not one of its two").WithHint("--space keep or --space strip")
	}
	return nil
}

// takeValue gets a key's value from the file, the pipe or the operator, who is asked
// again until it has the key's form.
func (a *app) takeValue(ctx context.Context, key platform.SecretKey, s valueSource, stdin io.Reader, piped bool) (secrets.Value, error) {
	if s.fromFile == "" && !piped {
		if !a.canAsk() {
			return secrets.Value{}, problem.New(problem.Refused, "nobody is there to type %s, nothing was written", key.Path()).
				WithHint("--from-file FILE, or standard input")
		}
		return a.askValue(ctx, key, s)
	}
	value, err := readValue(s.fromFile, stdin)
	if err != nil {
		return value, err
	}
	if s.space == "" {
		value = withoutLineEnd(value) // which the program that wrote it put there
	}
	if value, err = a.settleSpace(ctx, value, s); err != nil {
		return value, err
	}
	if err := secrets.Check(key, value); err != nil {
		defer value.Wipe()
		return secrets.Value{}, problem.New(problem.Usage, "%s, nothing was written", err).WithHint("it has %d characters; keyvex secrets list shows what is set", value.Len())
	}
	return value, nil
}

func (a *app) askValue(ctx context.Context, key platform.SecretKey, s valueSource) (secrets.Value, error) {
	a.tell("%s: %s", key.Path(), key.Format)
	for {
		value, err := a.askHidden(ctx, "value, hidden: ")
		if err != nil {
			return value, err
		}
		if len(bytes.TrimSpace(value.Bytes())) == 0 {
			return secrets.Value{}, nil
		}
		if value, err = a.settleSpace(ctx, value, s); err != nil {
			return value, err
		}
		err = secrets.Check(key, value)
		if err == nil {
			a.tell("taken: %d characters, fingerprint %s", value.Len(), value.Fingerprint())
			return value, nil
		}
		a.tell("%s; it has %d characters", err, value.Len())
		value.Wipe()
	}
}

// readValue reads a file, or standard input for "-" and "".
func readValue(file string, stdin io.Reader) (secrets.Value, error) {
	reader, name := stdin, "standard input"
	if file != "" && file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return secrets.Value{}, unreadable(file, err)
		}
		defer func() { _ = opened.Close() }()
		reader, name = opened, file
	}
	if at, ok := reader.(*os.File); ok && term.IsTerminal(at.Fd()) {
		return secrets.Value{}, problem.New(problem.Usage, "%s is a terminal, which would show it, nothing was written", name).
			WithHint("keyvex secrets set SECRET.KEY asks hidden; else a file or a pipe")
	}
	buffer := make([]byte, longestValue+1) // as large as it can get: growing would leave copies
	n, err := io.ReadFull(reader, buffer)
	switch {
	case err == nil:
		clear(buffer)
		return secrets.Value{}, problem.New(problem.Usage, "%s holds more than %d bytes, which is more than a secret can", name, longestValue).WithHint("give a file with the value alone")
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return secrets.Value{}, unreadable(name, err)
	case n == 0:
		return secrets.Value{}, problem.New(problem.Usage, "%s is empty, nothing was written", name).WithHint("give the value there, or leave it out to be asked")
	}
	return secrets.NewValue(buffer[:n]), nil
}

func unreadable(name string, err error) error {
	reason := "it cannot be read"
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		reason = errno.Error()
	}
	return problem.New(problem.Usage, "%s: %s", name, reason).WithHint("check the name and its permissions")
}

func withoutLineEnd(value secrets.Value) secrets.Value {
	b, _ := bytes.CutSuffix(value.Bytes(), []byte("\n"))
	b, _ = bytes.CutSuffix(b, []byte("\r"))
	return secrets.NewValue(b)
}

// settleSpace has the operator decide about white space around a value.
func (a *app) settleSpace(ctx context.Context, value secrets.Value, s valueSource) (secrets.Value, error) {
	stripped := bytes.TrimSpace(value.Bytes())
	extra := len(value.Bytes()) - len(stripped)
	if extra == 0 || s.space == "keep" {
		return value, nil
	}
	if s.space == "" {
		if !a.canAsk() {
			value.Wipe()
			return secrets.Value{}, problem.New(problem.Refused, "the value has %d characters of white space around it, nothing was written", extra).
				WithHint("--space strip, or --space keep")
		}
		answer, err := a.ask(ctx, "white space around it: strip (enter) or keep (k)? ")
		if err != nil {
			value.Wipe()
			return secrets.Value{}, err
		}
		if strings.EqualFold(answer, "k") {
			return value, nil
		}
	}
	return secrets.NewValue(stripped), nil
}

// verify asks the key's provider, or its stand-in on the local platform.
func (a *app) verify(ctx context.Context, at ground, key platform.SecretKey, value secrets.Value) error {
	var base func(string) string
	if local := at.session.Options.Local; local != nil {
		base = func(provider string) string { return sandbox.ProviderBase(local.Endpoint, provider) }
	}
	verdict, err := secrets.Verify(ctx, http.DefaultClient, base, key, value)
	if err != nil {
		return err
	}
	if verdict == secrets.Rejected {
		return problem.New(problem.Refused, "%s is %s, nothing was written", key.Path(), verdict).
			WithHint("make another key there, or leave out --verify")
	}
	a.tell("%s: %s", key.Path(), verdict)
	return nil
}

// tell is note, broken between words where the terminal is narrow.
func (a *app) tell(format string, args ...any) {
	text := present.Clean(fmt.Sprintf(format, args...))
	if !a.terminal.err {
		a.note("%s", text)
		return
	}
	for _, line := range present.Wrap(text, a.errLook().Width) {
		a.note("%s", line)
	}
}
