package cli

import (
	"context"

	"github.com/keyvex/keyvex/internal/secrets"
	"github.com/keyvex/keyvex/internal/tui/page"
	secretspage "github.com/keyvex/keyvex/internal/tui/secrets"
)

// secretsPage has a place in the palette for itself alone: a key is found on it.
func (c *console) secretsPage() page.Entry {
	options := secretspage.Options{
		Connect: func(ctx context.Context) (secretspage.Source, error) {
			at, err := c.at(ctx)
			if err != nil {
				return nil, err
			}
			return vaultSource{c.vault(at), at.session.Logs()}, nil
		},
	}
	return page.Entry{ID: page.Secrets, Name: "Secrets", Open: func(h *page.Host, _ page.Target) page.Page { return secretspage.New(h, options) }}
}

// vaultSource looks into the functions' logs, too, for when a version was used last.
type vaultSource struct {
	*secrets.Vault
	logs secrets.Logs
}

func (s vaultSource) Keys(ctx context.Context) ([]secrets.KeyStatus, error) {
	return s.List(ctx, secrets.Detail{Logs: s.logs, Versions: true})
}
