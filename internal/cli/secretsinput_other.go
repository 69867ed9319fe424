//go:build !linux

package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// fread is the BSDs' FREAD (sys/fcntl.h): the input queue.
const fread = 1

// forgetTyped is as on Linux, by the call that macOS and the BSDs have.
func forgetTyped(in *os.File) { _ = unix.IoctlSetPointerInt(int(in.Fd()), unix.TIOCFLUSH, fread) }
