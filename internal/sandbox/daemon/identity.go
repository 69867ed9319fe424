package daemon

import (
	"crypto/rand"
	"path/filepath"

	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// identity is what stays the same until a reset: who the sandbox is, and the keys
// to it.
type identity struct {
	Account         string `json:"account"`
	Region          string `json:"region"`
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
	// Port is the last one listened on. It is tried again first, because URLs in the
	// state name it.
	Port int `json:"port,omitempty"`
	// ControlToken opens the daemon's own requests (see control.go).
	ControlToken string `json:"controlToken"`
}

// Credentials reads the key that requests to the folder's sandbox are signed with.
// The kind is NotFound if there never was one.
func Credentials(folder string) (accessKeyID, secretAccessKey string, err error) {
	id, ok, err := readIdentity(folder)
	if err == nil && !ok {
		err = problem.New(problem.NotFound, "there is no local platform yet").WithHint("start it with `keyvex local up`")
	}
	return id.AccessKeyID, id.SecretAccessKey, err
}

func readIdentity(folder string) (identity, bool, error) {
	var id identity
	ok, err := readJSON(filepath.Join(folder, identityFile), &id)
	return id, ok, err
}

// checkIdentity refuses to turn an account or a region into another: ARNs all over
// the state name them.
func checkIdentity(o Options) error {
	id, ok, err := readIdentity(o.Folder)
	if err != nil || !ok {
		return err
	}
	for _, c := range []struct{ what, have, want string }{{"account", id.Account, o.Account}, {"region", id.Region, o.Region}} {
		if c.want != "" && c.want != c.have {
			return problem.New(problem.Refused, "the local platform has %s %s, not %s", c.what, c.have, c.want).
				WithHint("leave the %s out, or start over with `keyvex local reset`", c.what)
		}
	}
	return nil
}

// settleIdentity reads the folder's identity, or makes one, and keeps it with the
// port.
func settleIdentity(o Options) (identity, error) {
	id, ok, err := readIdentity(o.Folder)
	if err != nil || ok && id.Port == o.Port {
		return id, err
	}
	if !ok {
		id = newIdentity(o)
	}
	id.Port = o.Port
	return id, writeJSON(filepath.Join(o.Folder, identityFile), id)
}

func newIdentity(o Options) identity {
	h := host.Host{Random: rand.Reader}
	return identity{
		Account:         o.Account,
		Region:          o.Region,
		AccessKeyID:     "AKIA" + h.ID(host.UpperID, 16),
		SecretAccessKey: h.ID(host.MixedID, 40),
		ControlToken:    h.ID(host.MixedID, 40),
	}
}
