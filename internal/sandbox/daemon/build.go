package daemon

import (
	"fmt"
	"hash/fnv"
	"os"
	"runtime/debug"
	"sync"
)

// thisBuild names the running executable: its version, and a hash of its path's
// size and time of modification, which is cheap and changes with every build.
var thisBuild = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	stat, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	h := fnv.New64a()
	fmt.Fprint(h, stat.Size(), stat.ModTime().UnixNano())
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	return fmt.Sprintf("%s-%x", version, h.Sum64()), nil
})
