package cli

import (
	"os"

	"golang.org/x/sys/unix"
)

// forgetTyped drops what was typed and not read, as the rest of a paste: it must not
// become the answer to the next question, which is shown.
func forgetTyped(in *os.File) { _ = unix.IoctlSetInt(int(in.Fd()), unix.TCFLSH, unix.TCIFLUSH) }
