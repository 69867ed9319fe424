package secrets

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// change is when a key got its value; with before it was then or earlier.
type change struct {
	at     time.Time
	before bool
}

// maxVersions is how many earlier versions of a secret are read at most, each by one
// call. AWS notes the day of every read of a version.
const maxVersions = 20

// changes finds since when each key of the snapshot has its value. It compares with one
// earlier version after the other and keeps none of what it reads. Whatever stops it
// leaves keys of which it is only known that they are no younger.
func (v *Vault) changes(ctx context.Context, versions bool, s Snapshot) map[string]change {
	texts := s.texts()
	defer wipeAll(texts)
	out := map[string]change{}
	for name := range texts {
		out[name] = change{s.Created, true}
	}
	if !versions || len(texts) == 0 {
		return out
	}
	earlier, err := v.earlier(ctx, s)
	if err != nil {
		return out
	}
	open := len(out)
	for _, version := range earlier[:min(len(earlier), maxVersions)] {
		closed, err := v.compare(ctx, s, version, texts, out)
		if open -= closed; err != nil || open == 0 {
			return out
		}
	}
	if len(earlier) <= maxVersions {
		for name, c := range out {
			out[name] = change{at: c.at}
		}
	}
	return out
}

// earlier lists the versions before the current one, the newest first, without those
// that a write or a rotation left behind unfinished.
func (v *Vault) earlier(ctx context.Context, s Snapshot) ([]Past, error) {
	history, err := v.History(ctx, s.Secret)
	var out []Past
	for _, p := range history {
		unfinished := slices.Contains(p.Stages, nextStage) && p.Version != s.Previous || slices.Contains(p.Stages, rotatingStage)
		if p.Version != s.Version && !p.Created.After(s.Created) && !unfinished {
			out = append(out, p)
		}
	}
	return out, err
}

// compare moves the keys whose value the version has to its date, and says how many of
// those that were open have another.
func (v *Vault) compare(ctx context.Context, s Snapshot, version Past, now map[string]text, out map[string]change) (closed int, err error) {
	read, err := v.API.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.Name, VersionId: &version.Version})
	if err != nil {
		return 0, err
	}
	document := Snapshot{document: NewValue([]byte(aws.ToString(read.SecretString)))}
	defer document.Wipe()
	then := document.texts()
	defer wipeAll(then)
	for name, c := range out {
		if !c.before {
			continue
		}
		if t, ok := then[name]; ok && t.isString == now[name].isString && t.value.Equal(now[name].value) {
			out[name] = change{version.Created, true}
			continue
		}
		out[name] = change{at: c.at}
		closed++
	}
	return closed, nil
}
