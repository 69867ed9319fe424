//go:build !linux

package process

import (
	"os"
	"syscall"
)

// attributes put the process into a group of its own, to be killed with all it
// starts.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// peak cannot be known here before the process ends.
func peak(int) int64 { return 0 }

// peakAtExit is the most resident memory of a process that has ended; the BSDs and
// macOS count in bytes.
func peakAtExit(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
