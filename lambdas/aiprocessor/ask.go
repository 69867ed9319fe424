package aiprocessor

import (
	"context"
	"errors"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/lambdas/aiprocessor/provider"
	"github.com/keyvex/keyvex/lambdas/emf"
	"github.com/keyvex/keyvex/lambdas/secret"
)

// stall is how long a provider may say nothing before the call is given up. Models
// that think first take a minute or two to their first word.
const stall = 3 * time.Minute

var errStalled = errors.New("the provider said nothing for too long")

// ask asks the provider with the key of today; if that is refused, and was rotated
// meanwhile, with the new one.
func (r *run) ask(ctx context.Context, history []provider.Turn) (*reply, error) {
	value, err := r.Secrets.Get(ctx)
	if err != nil {
		return nil, err
	}
	out, err := r.askWith(ctx, value, history)
	if !keyRefused(err) {
		return out, err
	}
	fresh, readErr := r.Secrets.Refresh(ctx)
	if readErr != nil || fresh.Version == value.Version {
		return nil, err
	}
	r.log.Info("key refused: trying the secret's new version", "refused", value.Version)
	return r.askWith(ctx, fresh, history)
}

func keyRefused(err error) bool {
	refused, ok := errors.AsType[*provider.Error](err)
	return ok && refused.Kind == provider.KeyRefused
}

func (r *run) askWith(ctx context.Context, value secret.Value, history []provider.Turn) (*reply, error) {
	choice := provider.Choices[r.job.Provider]
	r.log.Info("asking the provider", "secretVersion", value.Version, "model", r.job.Model)
	key := provider.Key{Secret: value.Key(choice.SecretKey), Organization: value.Key(choice.OrganizationKey)}
	if key.Secret == "" {
		return nil, &provider.Error{Kind: provider.KeyRefused, Provider: r.job.Provider, Code: "no_key_set"}
	}
	out, err := r.stream(ctx, key, r.in.request(r.job.Model, history))
	if err != nil {
		r.count(emf.Count(platform.ProviderErrors, 1))
		return nil, err
	}
	out.version = value.Version
	return out, nil
}

// stream pushes the answer as it comes and gives the whole.
func (r *run) stream(ctx context.Context, key provider.Key, request provider.Request) (*reply, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	quiet := r.Clock.AfterFunc(stall, func() { cancel(errStalled) })
	began, out := r.Clock.Now(), &reply{}
	feed := r.push.feed(ctx)
	defer func() { out.deltas = feed.close() }()
	for piece, err := range r.Providers[r.job.Provider].Stream(ctx, key, request) {
		quiet()
		if err != nil {
			return nil, stalled(ctx, err)
		}
		if out.text.Len() == 0 && piece.Text != "" {
			r.count(emf.Milliseconds(platform.ProviderFirstToken, r.Clock.Now().Sub(began)))
		}
		out.text.WriteString(piece.Text)
		out.input, out.output = max(out.input, piece.InputTokens), max(out.output, piece.OutputTokens)
		feed.add(piece.Text)
		quiet = r.Clock.AfterFunc(stall, func() { cancel(errStalled) })
	}
	quiet()
	r.count(emf.Milliseconds(platform.ProviderTotal, r.Clock.Now().Sub(began)))
	return out, nil
}

// stalled names the reason of a call that was given up.
func stalled(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// count puts a number to the provider and the model as well.
func (r *run) count(v emf.Value) {
	r.Metrics.Put(r.Clock.Now(), []emf.Dimension{
		{Name: platform.MetricProvider, Value: r.job.Provider}, {Name: platform.MetricModel, Value: r.job.Model},
	}, v)
}
