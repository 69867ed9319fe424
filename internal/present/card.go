package present

import (
	"net/url"

	"github.com/keyvex/keyvex/internal/platform"
)

// Card is what keyvex says without a command.
type Card struct {
	Version string `json:"version"`
	// Environment is empty where none is chosen; Source says where it came from.
	Environment string        `json:"environment,omitempty"`
	Tier        platform.Tier `json:"tier,omitempty"`
	Source      string        `json:"source,omitempty"`
	// Config is the path of keyvex.toml, empty without one.
	Config        string `json:"config,omitempty"`
	LocalRunning  bool   `json:"localRunning"`
	LocalKnown    bool   `json:"localKnown"`
	LocalEndpoint string `json:"localEndpoint,omitempty"`
	// State is the folder of the local platform.
	State string `json:"state"`
	Next  []Hint `json:"next"`
}

// Hint is a command worth trying.
type Hint struct {
	Command string `json:"command"`
	Does    string `json:"does"`
}

// CardLines is the card for people, about fifteen lines.
func (l Look) CardLines(c Card) []string {
	lines := []string{
		l.Paint(Strong, "keyvex "+c.Version),
		"deploys and operates the Keyvex back end, on AWS or here",
		"",
	}
	lines = append(lines, l.Facts("", [][2]string{
		{"environment", c.environment()}, {"local", c.local()}, {"config", c.config()},
	})...)
	lines = append(lines, "", "next")
	width := 0
	for _, hint := range c.Next {
		width = max(width, Width(hint.Command))
	}
	for _, hint := range c.Next {
		line := "  " + Pad(hint.Command, width) + columnGap + l.Paint(Dim, hint.Does)
		if Width(line) > l.Width {
			line = "  " + hint.Command
		}
		lines = append(lines, line)
	}
	return append(lines, "", "keyvex help lists all commands")
}

func (c Card) environment() string {
	if c.Environment == "" {
		return "none chosen: -e NAME, KEYVEX_ENV, or default_env"
	}
	return c.Environment + ", " + string(c.Tier) + " tier (" + c.Source + ")"
}

func (c Card) local() string {
	switch {
	case c.LocalRunning:
		return "running on " + HostOf(c.LocalEndpoint)
	case c.LocalKnown:
		return "stopped, its state is kept; the next command on local starts it"
	}
	return "not started yet; the first command on local starts it"
}

func (c Card) config() string {
	if c.Config == "" {
		return "no keyvex.toml here or above"
	}
	return c.Config
}

// Facts lists names and values under a title, if there is one.
func (l Look) Facts(title string, facts [][2]string) []string {
	var lines []string
	indent := ""
	if title != "" {
		lines, indent = []string{l.Paint(Strong, title)}, "  "
	}
	width := 0
	for _, fact := range facts {
		width = max(width, Width(fact[0]))
	}
	for _, fact := range facts {
		room := max(minimumFlexible, l.Width-Width(indent)-width-len(columnGap))
		lines = append(lines, indent+Pad(l.Paint(Dim, fact[0]), width)+columnGap+l.Middle(Clean(fact[1]), room))
	}
	return lines
}

// HostOf is the host and port of an endpoint URL.
func HostOf(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil && u.Host != "" {
		return u.Host
	}
	return endpoint
}
