package drive

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// Sizes are those that every page is drawn in.
var Sizes = [][2]int{{60, 16}, {80, 24}, {120, 40}, {200, 60}}

// Golden compares the screen, in each of Sizes, with testdata/screens/NAME-WxH.txt.
// The terminal is as large afterwards as it was. go test -update writes them anew:
// look at them before you keep them.
func (d *Driver) Golden(name string) {
	d.t.Helper()
	width, height := d.width, d.height
	for _, size := range Sizes {
		d.Resize(size[0], size[1])
		d.Is(fmt.Sprintf("%s-%dx%d", name, size[0], size[1]))
	}
	d.Resize(width, height)
}

// Is compares the screen as it is with testdata/screens/NAME.txt.
func (d *Driver) Is(name string) {
	d.t.Helper()
	path := filepath.Join("testdata", "screens", name+".txt")
	got := d.Screen() + "\n"
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatalf("no golden screen %s (go test -update writes it); the screen is\n%s", name, got)
	}
	if got != string(want) {
		d.t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}
