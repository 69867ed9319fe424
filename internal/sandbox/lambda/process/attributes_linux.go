package process

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
)

// attributes put the process into a group of its own, to be killed with all it
// starts, and let the kernel kill it when this process is.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// peak is the most resident memory that a running process had so far, in bytes.
func peak(pid int) int64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	line, _, _ := bytes.Cut(after, []byte(" kB"))
	kilobytes, _ := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	return kilobytes << 10
}

// peakAtExit is that of a process that has ended without being looked at. Linux counts
// in kilobytes, and counts what this process had when it started the other.
func peakAtExit(state *os.ProcessState) int64 {
	if usage, ok := state.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss << 10
	}
	return 0
}
