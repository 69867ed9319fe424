package process

import (
	"os"
	"strconv"
	"syscall"
)

// sealDescriptors keeps from functions what this process itself inherited: Go marks
// only what Go opened.
func sealDescriptors() {
	const standard = 3
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		return // no such folder: nothing to go by
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= standard {
			syscall.CloseOnExec(fd)
		}
	}
}
