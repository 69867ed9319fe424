package cli

import "syscall"

// replaceProcess makes this process the command. It returns only when it fails.
func replaceProcess(path string, args, environ []string) error {
	return syscall.Exec(path, args, environ)
}
