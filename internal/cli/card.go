package cli

import (
	"context"

	"github.com/keyvex/keyvex/internal/config"
	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

// runCard is keyvex without a command: where one stands, and what to do next. It
// calls no AWS, not even the local one.
func runCard(ctx context.Context, a *app) error {
	card := present.Card{Version: build}
	file, err := a.configuration()
	if err != nil {
		return err
	}
	card.Config = file.Path
	choice, ok, err := file.Choose(a.flags.env, a.getenv("KEYVEX_ENV"))
	if err != nil {
		return err
	}
	if ok {
		card.Environment, card.Tier, card.Source = choice.Environment.Name, choice.Environment.Tier, string(choice.Source)
	}
	info, dirs, err := a.localStatus(ctx)
	if err != nil {
		return err
	}
	card.State, card.LocalRunning, card.LocalKnown = dirs.State, info.Running, a.localKnown()
	card.LocalEndpoint = info.Endpoint
	card.Next = nextCommands(choice, ok, card.LocalKnown)
	if a.flags.json {
		return a.document(card)
	}
	a.print(a.outLook().CardLines(card)...)
	return nil
}

func nextCommands(choice config.Choice, chosen, localKnown bool) []present.Hint {
	name := platform.Local
	if chosen {
		name = choice.Environment.Name
	}
	if name == platform.Local && !localKnown {
		return []present.Hint{
			{Command: "keyvex deploy -e local", Does: "the whole back end on this machine"},
			{Command: "keyvex dotenv -e local --write .env.local", Does: "its variables for the application"},
			{Command: "keyvex run -e local -- npm run dev", Does: "the application, against it"},
		}
	}
	return []present.Hint{
		{Command: "keyvex status -e " + name, Does: "what is deployed"},
		{Command: "keyvex diff -e " + name, Does: "what a deploy would change"},
		{Command: "keyvex deploy -e " + name, Does: "make it so"},
	}
}
