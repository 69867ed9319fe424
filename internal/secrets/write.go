package secrets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/problem"
)

// nextStage is keyvex's own staging label, on the version that is about to become the
// current one. It moves along with the next write, so no version is kept by it.
const nextStage = "KEYVEX_NEXT"

// Written is what a write left.
type Written struct {
	// Version is the current version now, Previous the one before; empty for none.
	Version, Previous string
	// Created is when Version was written; zero after a rollback.
	Created time.Time
	// Changed is false when there was nothing to write.
	Changed bool
}

// Write makes the plan's document the secret's current version, in one new version, if
// the version that was read still is the current one. It first puts a version that no
// reader sees and then moves AWSCURRENT from the one version to the other, which
// Secrets Manager refuses when somebody has moved it meanwhile: that is a failure with
// a *Conflict in its chain, and nothing was written.
//
// Once begun, a write is brought to its end: ctx does not interrupt it.
func (v *Vault) Write(ctx context.Context, p Plan) (Written, error) {
	base := p.Base
	if len(p.Differences) == 0 {
		return Written{Version: base.Version, Previous: base.Previous, Created: base.Created}, nil
	}
	if err := ctx.Err(); err != nil {
		return Written{}, err
	}
	ctx = context.WithoutCancel(ctx)
	id, current := p.prepared, false
	if id == "" {
		var err error
		if id, current, err = v.put(ctx, p, nextStage); err != nil {
			return Written{}, err
		}
	}
	if !current {
		if err := v.promote(ctx, base, id); err != nil {
			return Written{}, err
		}
	}
	created, err := v.readBack(ctx, p, id)
	if err != nil {
		return Written{}, err
	}
	return Written{Version: id, Previous: base.Version, Created: created, Changed: true}, nil
}

// Prepare does the first half of a Write, of which no reader sees anything. Who writes
// several secrets prepares them all before the first: AWS knows no transaction, and what
// refuses one of them then leaves the others as they were. The first version of a secret
// is seen at once and left to Write.
func (v *Vault) Prepare(ctx context.Context, p *Plan) (err error) {
	if len(p.Differences) > 0 && p.Base.Version != "" {
		p.prepared, _, err = v.put(ctx, *p, nextStage)
	}
	return err
}

// put adds the plan's document as a version with that staging label. The first version
// of a secret becomes the current one by itself.
func (v *Vault) put(ctx context.Context, p Plan, stage string) (id string, current bool, err error) {
	if id, err = v.newVersionID(); err != nil {
		return "", false, err
	}
	out, err := v.API.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &p.Base.Name, ClientRequestToken: &id, VersionStages: []string{stage},
		SecretString: aws.String(string(p.next.Bytes())),
	})
	if err != nil {
		return "", false, err
	}
	return id, slices.Contains(out.VersionStages, currentStage), nil
}

// promote moves AWSCURRENT from the base's version to another.
func (v *Vault) promote(ctx context.Context, base Snapshot, id string) error {
	in := &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &base.Name, VersionStage: aws.String(currentStage), MoveToVersionId: &id,
	}
	if base.Version != "" {
		in.RemoveFromVersionId = &base.Version
	}
	if _, err := v.API.UpdateSecretVersionStage(ctx, in); err != nil {
		return v.settle(ctx, base, id, err)
	}
	return nil
}

// settle finds out what a move that failed, or whose answer was lost, has left.
func (v *Vault) settle(ctx context.Context, base Snapshot, id string, failure error) error {
	now, err := v.Read(ctx, base.Secret)
	if err != nil {
		return failure
	}
	defer now.Wipe()
	switch {
	case now.Version == id:
		return nil
	case now.Version == base.Version:
		return failure
	case now.Previous == id: // it was the current one, and somebody went on from it
		return nil
	}
	return v.conflict(base, now, failure)
}

// Conflict says that somebody else changed a secret since it was read.
type Conflict struct {
	// Keys are the names of the keys that have another value now.
	Keys  []string
	cause error
}

func (c *Conflict) Error() string { return "changed meanwhile: " + strings.Join(c.Keys, ", ") }

// Unwrap gives what AWS said.
func (c *Conflict) Unwrap() error { return c.cause }

func (v *Vault) conflict(base, now Snapshot, cause error) error {
	c := &Conflict{cause: cause}
	for _, d := range differences(base.document.Bytes(), now.document.Bytes(), base.Secret) {
		c.Keys = append(c.Keys, d.Name)
	}
	what := strings.Join(c.Keys, ", ")
	if what == "" {
		what = "a new version with the same values"
	}
	return problem.New(problem.Failed, "somebody else changed %s meanwhile (%s), nothing was written", base.Name, what).
		WithHint("keyvex secrets history %s -e %s shows it; the same command again goes on from there", base.Secret, v.Environment).WithCause(c)
}

// readBack holds what Secrets Manager gives under the id against what was written, and
// says when that was.
func (v *Vault) readBack(ctx context.Context, p Plan, id string) (created time.Time, err error) {
	out, err := v.API.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &p.Base.Name, VersionId: &id})
	if err != nil {
		return created, err
	}
	read := NewValue([]byte(aws.ToString(out.SecretString)))
	defer read.Wipe()
	if !read.Equal(p.next) {
		return created, problem.New(problem.Failed, "%s reads back another document than was written (version %s)", p.Base.Name, id).
			WithHint("keyvex secrets rollback %s -e %s goes back", p.Base.Secret, v.Environment)
	}
	return aws.ToTime(out.CreatedDate), nil
}

// newVersionID makes a version's id, a UUID (RFC 9562, version 4).
func (v *Vault) newVersionID() (string, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(v.Random, id); err != nil {
		return "", err
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]), nil
}

func isConflict(err error) bool {
	_, ok := errors.AsType[*Conflict](err)
	return ok
}
