package secrets

import (
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

// Actions are keyvex's own commands, run in the console's terminal: they ask hidden, show
// what would change, and ask before they write.
func (p *Page) Actions() []page.Action {
	k, ok := p.chosen()
	if !ok {
		return nil
	}
	path := k.Key.Path()
	var out []page.Action
	if p.open == "" {
		out = append(out, command("s", "set "+path+": asks hidden", "set", path))
		if k.Key.Kind == platform.GeneratedKey {
			out = append(out, command("g", "generate "+path, "generate", path))
		}
	}
	if lacking := p.lacking(); lacking > 0 {
		out = append(out, command("w", "the wizard: "+present.Count(lacking, "key")+" to set", "set"))
	}
	back := command("b", "bring back the previous version of "+string(k.Key.Secret), "rollback", string(k.Key.Secret))
	if k.Version == "" {
		back.Why = "it has no value"
	}
	return append(out, back)
}

func (p *Page) lacking() (n int) {
	for _, k := range p.keys.Value {
		if k.Lacking() {
			n++
		}
	}
	return n
}

func command(letter, title string, args ...string) page.Action {
	run := page.Run{Args: append([]string{"secrets"}, args...), Writes: true}
	return page.Action{Key: letter, Title: title, Do: func() tea.Cmd { return page.Send(run) }}
}
