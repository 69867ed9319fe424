package daemon

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestADaemonWhoseFolderIsGoneEnds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	info, _ := ensure(t, Options{Folder: dir, Port: port(t), Explicit: true})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(info.Endpoint, "http://")
	for range 150 {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = connection.Close()
		time.Sleep(100 * time.Millisecond)
	}
	t.Errorf("it still holds %s", address)
}
