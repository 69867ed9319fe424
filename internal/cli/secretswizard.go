package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/secrets"
)

// runSecretsWizard leads through the keys that an environment lacks, or lets one be
// picked where it lacks none; shows what would change; and writes after one answer.
func runSecretsWizard(ctx context.Context, o *secretsSetOptions) error {
	if strings.Contains(o.flags.env, ",") {
		return problem.New(problem.Usage, "what environments lack is asked for one environment at a time").
			WithHint("keyvex secrets set %s -e %s asks once for a key of several", platform.SecretKeys()[0].Path(), o.flags.env)
	}
	if !o.canAsk() {
		return problem.New(problem.Refused, "nobody is there to be led through the secrets, nothing was written").
			WithHint("name a key: keyvex secrets set %s --from-file FILE", platform.SecretKeys()[0].Path())
	}
	at, err := o.standToWrite(ctx, o.flags.env)
	if err != nil {
		return err
	}
	keys, err := o.app.vault(at).List(ctx, secrets.Detail{Versions: true})
	if err != nil {
		return err
	}
	for _, line := range append([]string{o.errLook().PlaceLine(at.place())}, o.errLook().SecretsTable(keys, o.clock.Now())...) {
		fmt.Fprintln(o.err, line)
	}
	wanted, err := o.wanted(ctx, keys)
	if err != nil {
		return err
	}
	if len(wanted) == 1 && wanted[0].Path() == redisTokenPath {
		return o.setEverywhere(ctx, wanted[0], []ground{at}, nil, false)
	}
	changes, err := o.collect(ctx, at, wanted)
	defer func() { secrets.Import{Changes: changes}.Wipe() }()
	if err != nil {
		return err
	}
	return o.saveAll(ctx, &saving{app: o.app, leak: o.leak}, []ground{at}, changes)
}

// redisTokenPath is the key that changes in steps of its own.
const redisTokenPath = string(platform.DatabaseSecret) + "." + platform.RedisAuthTokenKey

// saveAll plans the changes by secret, one version each, and saves them.
func (a *app) saveAll(ctx context.Context, s *saving, places []ground, changes []secrets.Change) error {
	var targets []target
	for _, at := range places {
		for _, secret := range platform.Secrets {
			of := secrets.Import{Changes: changes}.Of(secret)
			if len(of) == 0 {
				continue
			}
			t, err := s.plan(ctx, at, secret, of)
			if err != nil {
				return err
			}
			targets = append(targets, t)
		}
	}
	if len(targets) == 0 {
		a.tell("no value was given, nothing was written")
	}
	return s.save(ctx, targets)
}

// wanted are the keys that are lacking, the unset ones first, or the one that the
// operator picks.
func (o *secretsSetOptions) wanted(ctx context.Context, keys []secrets.KeyStatus) ([]platform.SecretKey, error) {
	var lacking, wrong []platform.SecretKey
	for _, k := range keys {
		switch {
		case k.Lacking() && k.State == secrets.Unset:
			lacking = append(lacking, k.Key)
		case k.Lacking():
			wrong = append(wrong, k.Key)
		}
	}
	lacking = append(lacking, wrong...)
	if len(lacking) > 0 {
		o.tell("%s to set; enter skips one, Ctrl-C leaves and writes nothing", present.Count(len(lacking), "key"))
		return lacking, nil
	}
	o.tell("nothing is lacking")
	i, err := o.pickKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	return []platform.SecretKey{keys[i].Key}, nil
}

// pickKey has a key picked with the arrow keys, or by number where nothing may be drawn
// over.
func (o *secretsSetOptions) pickKey(ctx context.Context, keys []secrets.KeyStatus) (int, error) {
	m := &menu{title: "which key gets another value? (arrow keys, enter)"}
	for _, k := range keys {
		m.entries = append(m.entries, k.Key.Path())
	}
	if in, ok := o.in.(*os.File); ok && o.moves() && !o.accessible && o.getenv("ACCESSIBLE") == "" {
		return o.pickFrom(ctx, in, m)
	}
	for i, entry := range m.entries {
		fmt.Fprintf(o.err, "%3d  %s\n", i+1, entry)
	}
	answer, err := o.ask(ctx, "number of the key that gets another value: ")
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(answer)
	if err != nil || n < 1 || n > len(keys) {
		return 0, problem.New(problem.Refused, "no key has that number, nothing was written").WithHint("1 to %d", len(keys))
	}
	return n - 1, nil
}

// collect asks for one value after the other.
func (o *secretsSetOptions) collect(ctx context.Context, at ground, wanted []platform.SecretKey) ([]secrets.Change, error) {
	var changes []secrets.Change
	for _, key := range wanted {
		if key.Path() == redisTokenPath {
			o.tell("%s changes in Redis, too: keyvex secrets generate %s", key.Path(), key.Path())
			continue
		}
		value, err := o.goodValue(ctx, at, key)
		if err != nil {
			return changes, err
		}
		if value.Len() == 0 {
			o.tell("skipped %s", key.Path())
			continue
		}
		changes = append(changes, secrets.Change{Key: key, Value: value})
	}
	return changes, nil
}

// goodValue asks until the provider takes the value, if it is to be verified: the values
// that were typed before are not lost by one that is refused.
func (o *secretsSetOptions) goodValue(ctx context.Context, at ground, key platform.SecretKey) (secrets.Value, error) {
	for {
		value, err := o.valueFor(ctx, key)
		if err != nil || value.Len() == 0 || !o.verify {
			return value, err
		}
		if err = o.app.verify(ctx, at, key, value); err == nil || ctx.Err() != nil {
			return value, err
		}
		value.Wipe()
		o.tell("%s; another one, or enter to skip", strings.TrimSuffix(err.Error(), ", nothing was written"))
	}
}

// valueFor generates what can be, if the operator wants that, and asks otherwise.
func (o *secretsSetOptions) valueFor(ctx context.Context, key platform.SecretKey) (secrets.Value, error) {
	if key.CanGenerate() {
		o.tell("%s: %s", key.Path(), key.Format)
		answer, err := o.ask(ctx, "generate (g), type (t) or skip (enter)? ")
		switch {
		case err != nil || answer == "":
			return secrets.Value{}, err
		case strings.EqualFold(answer, "g"):
			return o.generated(key)
		}
	}
	return o.askValue(ctx, key, o.valueSource)
}

func (a *app) generated(key platform.SecretKey) (secrets.Value, error) {
	text, err := key.Generate(a.random)
	if err != nil {
		return secrets.Value{}, problem.New(problem.Usage, "%s", err).WithHint("keyvex secrets set %s asks for it", key.Path())
	}
	return secrets.NewValue([]byte(text)), nil
}
