package iam

import (
	"maps"
	"slices"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// identity is a role or a user: what policies hang on.
type identity struct {
	Name, ID, ARN, Path string
	Created             time.Time
	// Trust, Description and MaxSession (seconds) are a role's.
	Trust       string
	Description *string
	MaxSession  int32
	Boundary    string
	// Inline are the inline policies' documents by name.
	Inline map[string]string
	// Attached are the ARNs of managed policies.
	Attached []string
	Tags     map[string]string
}

// kind is one of the sorts of identity.
type kind struct {
	noun, idPrefix string
	records        *state.Map[identity]
}

func (k *kind) find(name *string) (identity, error) {
	i, ok := k.records.Get(value(name))
	if !ok {
		return identity{}, noSuchEntity("The %s with name %s cannot be found.", k.noun, value(name))
	}
	return i, nil
}

// create makes an identity's record and leaves what only its kind has to the caller.
func (k *kind) create(h *host.Host, name, path, boundary *string, tags map[string]string) (identity, error) {
	if err := checkName(k.noun+"Name", value(name), 64); err != nil {
		return identity{}, err
	}
	if _, taken := k.records.Get(*name); taken {
		return identity{}, alreadyExists("%s with name %s already exists.", titled(k.noun), *name)
	}
	at := "/"
	if path != nil {
		at = *path
	}
	return identity{
		Name: *name, Path: at,
		ID:       k.idPrefix + h.ID(host.UpperID, 17),
		ARN:      h.GlobalARN("iam", k.noun+at+*name),
		Created:  h.Clock.Now().UTC().Truncate(time.Second),
		Boundary: value(boundary), Tags: tags,
	}, nil
}

func (k *kind) change(name *string, f func(i *identity)) error {
	i, err := k.find(name)
	if err != nil {
		return err
	}
	i.Inline, i.Tags, i.Attached = maps.Clone(i.Inline), maps.Clone(i.Tags), slices.Clone(i.Attached)
	f(&i)
	k.records.Set(i.Name, i)
	return nil
}

func (k *kind) delete(name *string) error {
	i, err := k.find(name)
	switch {
	case err != nil:
		return err
	case len(i.Attached) > 0:
		return deleteConflict("Cannot delete entity, must detach all policies first.")
	case len(i.Inline) > 0:
		return deleteConflict("Cannot delete entity, must delete policies first.")
	}
	k.records.Delete(i.Name)
	return nil
}
