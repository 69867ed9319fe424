package secrets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/keyvex/keyvex/internal/platform"
)

// Logs is what is needed of CloudWatch Logs.
type Logs interface {
	FilterLogEvents(context.Context, *cloudwatchlogs.FilterLogEventsInput, ...func(*cloudwatchlogs.Options)) (*cloudwatchlogs.FilterLogEventsOutput, error)
}

// Usage is when a function last used a version, as far as the logs tell.
type Usage struct {
	// At is zero when no line was found.
	At time.Time
	// Unknown says why the logs do not tell; empty when they do.
	Unknown string
}

type usages struct {
	byFunction map[platform.Function]Usage
}

// of is the latest use by the functions that read the key.
func (u usages) of(key platform.SecretKey) Usage {
	if len(key.Functions) == 0 {
		return Usage{Unknown: "no function reads it"}
	}
	latest := u.byFunction[key.Functions[0]]
	for _, f := range key.Functions[1:] {
		if other := u.byFunction[f]; other.At.After(latest.At) {
			latest = other
		}
	}
	return latest
}

// usage looks for the current version in the logs of the secret's readers.
func (v *Vault) usage(ctx context.Context, logs Logs, s Snapshot) usages {
	u := usages{byFunction: map[platform.Function]Usage{}}
	for _, f := range readers(s.Secret) {
		switch {
		case s.Version == "":
		case logs == nil:
			u.byFunction[f] = Usage{Unknown: "not looked for"}
		default:
			at, err := v.lastUse(ctx, logs, f, s.Version, s.Created)
			u.byFunction[f] = Usage{At: at}
			if err != nil {
				u.byFunction[f] = Usage{Unknown: err.Error()}
			}
		}
	}
	return u
}

// readers lists the functions that read a secret.
func readers(secret platform.Secret) []platform.Function {
	var out []platform.Function
	for _, key := range secret.Keys() {
		for _, f := range key.Functions {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// reach is how far back each look goes: most versions in use were used just now.
var reach = []time.Duration{5 * time.Minute, time.Hour, 24 * time.Hour, 14 * 24 * time.Hour}

// maxPages bounds one look, in pages; what was found by then is a lower bound.
const maxPages = 20

// lastUse finds the last line of the function that names the version, not before since.
func (v *Vault) lastUse(ctx context.Context, logs Logs, f platform.Function, version string, since time.Time) (time.Time, error) {
	now := v.Clock.Now()
	for _, back := range reach {
		from := now.Add(-back)
		if from.Before(since) {
			from = since
		}
		at, err := v.lastIn(ctx, logs, f, version, from)
		if err != nil || !at.IsZero() || from.Equal(since) {
			return at, err
		}
	}
	return time.Time{}, nil
}

func (v *Vault) lastIn(ctx context.Context, logs Logs, f platform.Function, version string, from time.Time) (last time.Time, err error) {
	in := &cloudwatchlogs.FilterLogEventsInput{
		LogGroupName: aws.String(v.Environment.FunctionLogGroup(f)), StartTime: aws.Int64(from.UnixMilli()),
		FilterPattern: aws.String(fmt.Sprintf(`{ $.secretVersion = "%s" }`, version)),
	}
	for range maxPages {
		out, err := logs.FilterLogEvents(ctx, in)
		if err != nil {
			return last, err
		}
		for _, event := range out.Events {
			if at := time.UnixMilli(aws.ToInt64(event.Timestamp)); at.After(last) {
				last = at
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return last, nil
}
