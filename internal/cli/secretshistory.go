package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
)

func newSecretsHistory(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "history SECRET", Short: "List a secret's versions", ValidArgsFunction: completeSecrets,
		Long: "history lists the versions that AWS still has, the newest first, with their labels:\n" +
			"AWSCURRENT is what readers get, AWSPREVIOUS what a rollback brings back. A version\n" +
			"without a label was replaced earlier, forgotten as leaked, or never came to be.",
		Example: "  keyvex secrets history ai -e development",
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := findSecret(cmd, args)
			if err != nil {
				return err
			}
			return runSecretsHistory(cmd.Context(), a, secret)
		},
	}
}

func runSecretsHistory(ctx context.Context, a *app, secret platform.Secret) error {
	at, err := a.stand(ctx)
	if err != nil {
		return err
	}
	versions, err := a.vault(at).History(ctx, secret)
	if err != nil {
		return err
	}
	if a.flags.json {
		return a.document(present.SecretHistory(at.place(), secret, versions))
	}
	a.print(a.outLook().HistoryTable(versions, a.clock.Now())...)
	return nil
}

func newSecretsRollback(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "rollback SECRET", Short: "Make a secret's version before the current one", ValidArgsFunction: completeSecrets,
		Example: "  keyvex secrets rollback ai -e development",
		RunE: func(cmd *cobra.Command, args []string) error {
			secret, err := findSecret(cmd, args)
			if err != nil {
				return err
			}
			return runSecretsRollback(cmd.Context(), a, secret)
		},
	}
}

func runSecretsRollback(ctx context.Context, a *app, secret platform.Secret) error {
	at, err := a.standToWrite(ctx, a.flags.env)
	if err != nil {
		return err
	}
	back, err := a.vault(at).PlanRollback(ctx, secret)
	if err != nil {
		return err
	}
	defer back.Base.Wipe()
	if !a.flags.json {
		for _, line := range append([]string{a.errLook().PlaceLine(at.place())}, a.errLook().SecretChangeLines(secret, back.Differences)...) {
			fmt.Fprintln(a.err, line)
		}
	}
	if err := a.confirm(ctx, fmt.Sprintf("go back to the version before (%s)?", present.Count(len(back.Differences), "value"))); err != nil {
		return err
	}
	written, err := a.vault(at).Rollback(ctx, back)
	if err != nil {
		return err
	}
	row := present.SecretWrittenRow{Where: at.place(), Secret: secret, Keys: []string{}, Changed: true, Version: written.Version, Previous: written.Previous}
	for _, d := range back.Differences {
		row.Keys = append(row.Keys, string(secret)+"."+d.Name)
	}
	if a.flags.json {
		return a.document(present.SecretsWrittenDocument{Written: []present.SecretWrittenRow{row}})
	}
	a.print(a.outLook().SecretWrittenLine(row))
	return nil
}
