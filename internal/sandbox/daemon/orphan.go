package daemon

import (
	"os"
	"path/filepath"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// orphanCheck is how often a daemon looks whether its folder is still there.
const orphanCheck = 5 * time.Second

// endWhenOrphaned ends a daemon whose folder was removed or replaced behind its
// back: nobody finds it any more, what it saves is lost, and it holds the port.
func (p *process) endWhenOrphaned() {
	if !p.ownsFolder() {
		p.end("the state folder is gone")
		return
	}
	clock.Wall{}.AfterFunc(orphanCheck, p.endWhenOrphaned)
}

// ownsFolder reports whether the lock file in the folder is the one held.
func (p *process) ownsFolder() bool {
	held, err := p.lock.Stat()
	if err != nil {
		return true
	}
	found, err := os.Stat(filepath.Join(p.Folder, lockFile))
	return err == nil && os.SameFile(held, found)
}
