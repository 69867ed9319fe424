// Package secrets is the console's page of the secrets: which keys are set, who needs
// them, when they were changed and used, and the versions of each secret. It shows no
// value, and takes none: what writes is keyvex secrets itself, which asks hidden.
package secrets

import (
	"context"
	"net/url"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/internal/tui/keys"
	"github.com/keyvex/keyvex/internal/tui/page"
	"github.com/keyvex/keyvex/internal/tui/widget"
)

// Source is what the page is told by package secrets.
type Source interface {
	Keys(context.Context) ([]secrets.KeyStatus, error)
	History(context.Context, platform.Secret) ([]secrets.Past, error)
}

// Options are what the page needs.
type Options struct {
	// Connect opens the way to AWS, or gives the one that is open.
	Connect func(context.Context) (Source, error)
}

// Page is the page: the list of keys, and over it the versions of one secret.
type Page struct {
	Options
	host   *page.Host
	ctx    context.Context
	cancel context.CancelFunc

	keys page.Reading[[]secrets.KeyStatus]
	list widget.List
	// open is the secret whose versions are shown, empty for the list of keys.
	open     platform.Secret
	versions page.Reading[[]secrets.Past]
	past     widget.List
}

// New makes the page.
func New(host *page.Host, o Options) *Page {
	p := &Page{Options: o, host: host}
	p.ctx, p.cancel = context.WithCancel(host.Context)
	return p
}

// Title is the secret whose versions are shown, or the page's own.
func (p *Page) Title() string {
	if p.open != "" {
		return string(p.open)
	}
	return "Secrets"
}

// Init reads the keys.
func (p *Page) Init() tea.Cmd { return p.read() }

// Close ends the reading.
func (p *Page) Close() { p.cancel() }

// read reads what is on the screen.
func (p *Page) read() tea.Cmd {
	secret := p.open
	if secret == "" {
		return page.ReadFrom(p.ctx, &p.keys, p.Connect, Source.Keys)
	}
	return page.ReadFrom(p.ctx, &p.versions, p.Connect, func(source Source, ctx context.Context) ([]secrets.Past, error) { return source.History(ctx, secret) })
}

// Update takes what was read, keys and clicks.
func (p *Page) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case page.Read[[]secrets.KeyStatus]:
		if p.keys.Take(msg, p.host.Now()) {
			return p.fresh()
		}
	case page.Read[[]secrets.Past]:
		p.versions.Take(msg, p.host.Now())
	case page.Ran:
		return p.read()
	case page.Shown:
		return p.fresh()
	case page.Wheel:
		p.cursor().Scroll(msg.Lines)
	case page.Click:
		return p.click(msg)
	case tea.KeyPressMsg:
		return p.press(msg)
	}
	return nil
}

func (p *Page) fresh() tea.Cmd {
	if p.keys.At.IsZero() {
		return nil
	}
	return page.Send(page.Fresh{At: p.keys.At})
}

// cursor is that of the list on the screen.
func (p *Page) cursor() *widget.List {
	if p.open != "" {
		return &p.past
	}
	return &p.list
}

func (p *Page) press(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case p.cursor().Press(msg):
	case key.Matches(msg, keys.Refresh):
		return p.read()
	case key.Matches(msg, keys.Enter):
		return p.enter()
	case key.Matches(msg, keys.Logs):
		return p.logs()
	}
	return nil
}

// chosen is the key under the cursor, or the first of the secret that is open.
func (p *Page) chosen() (secrets.KeyStatus, bool) {
	for i, k := range p.keys.Value {
		if p.open == "" && i == p.list.Cursor || p.open != "" && k.Key.Secret == p.open {
			return k, true
		}
	}
	return secrets.KeyStatus{}, false
}

// enter opens the versions of the secret under the cursor.
func (p *Page) enter() tea.Cmd {
	k, ok := p.chosen()
	if !ok || p.open != "" {
		return nil
	}
	p.open, p.past = k.Key.Secret, widget.List{}
	p.versions.Forget()
	return p.read()
}

// logs opens the logs of the function that reads the key.
func (p *Page) logs() tea.Cmd {
	k, ok := p.chosen()
	if !ok {
		return nil
	}
	target := page.Target{}
	if len(k.Key.Functions) > 0 {
		target.Function = k.Key.Functions[0]
	}
	return page.Send(page.Go{To: page.Logs, Target: target})
}

func (p *Page) click(at page.Click) tea.Cmd {
	row, list := at.Y-headLines, p.cursor()
	switch {
	case row < 0 || list.First+row >= list.Rows:
		return nil
	case list.First+row == list.Cursor:
		return p.enter()
	}
	list.To(list.First + row)
	return nil
}

// Inside reports whether a secret is open.
func (p *Page) Inside() bool { return p.open != "" }

// Back leaves the versions.
func (p *Page) Back() { p.open = "" }

// Keys are the page's own.
func (p *Page) Keys() []key.Binding {
	if p.open != "" {
		return keys.Of(keys.Logs, keys.Refresh)
	}
	return keys.Of(keys.Enter, keys.Logs, keys.Refresh)
}

// Copy is the path of the key under the cursor, or the version.
func (p *Page) Copy() string {
	if p.open != "" {
		if p.past.Cursor < len(p.versions.Value) {
			return p.versions.Value[p.past.Cursor].Version
		}
		return ""
	}
	k, ok := p.chosen()
	if !ok {
		return ""
	}
	return k.Key.Path()
}

// Command is the command that shows the same.
func (p *Page) Command() string {
	if p.open != "" {
		return "keyvex secrets history " + string(p.open) + " -e " + p.host.Where.Environment
	}
	return "keyvex secrets list -e " + p.host.Where.Environment
}

// Link is the secret in AWS's own console.
func (p *Page) Link() string {
	k, ok := p.chosen()
	if !ok {
		return ""
	}
	name := platform.Environment{Name: p.host.Where.Environment}.SecretName(k.Key.Secret)
	return p.host.AWSConsole("secretsmanager", "!/secret?name="+url.QueryEscape(name))
}
