package dynamodb

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// tokenAge is how long a transaction with the same token is the same transaction
// (TransactWriteItems, ClientRequestToken).
const tokenAge = 10 * time.Minute

// token is the request that came with a ClientRequestToken.
type token struct {
	Request string
	Until   time.Time
}

// tokens are those of late, in the order in which they end.
type tokens struct {
	kept  *state.Map[token]
	queue []string
}

func openTokens(h *host.Host) *tokens {
	t := &tokens{kept: state.NewMap[token](h.State, "dynamodb.token")}
	until := map[string]time.Time{}
	for name, one := range t.kept.All() {
		until[name] = one.Until
	}
	t.queue = slices.SortedFunc(maps.Keys(until), func(a, b string) int {
		return cmp.Or(until[a].Compare(until[b]), cmp.Compare(a, b))
	})
	return t
}

// done reports whether the request has been done under its token already. Another
// request with a token that is in use is an error.
func (t *tokens) done(name, request string, now time.Time) (bool, error) {
	one, known := t.kept.Get(name)
	if !known || !now.Before(one.Until) {
		return false, nil
	}
	if one.Request != request {
		return false, &types.IdempotentParameterMismatchException{
			Message: new("The request uses the same client token as a previous, but non-identical request."),
		}
	}
	return true, nil
}

// keep is the change that remembers a request, with those that forget old ones.
func (t *tokens) keep(name, request string, now time.Time) []state.Change {
	var changes []state.Change
	for len(t.queue) > 0 {
		oldest, _ := t.kept.Get(t.queue[0])
		if now.Before(oldest.Until) {
			break
		}
		if t.queue[0] != name {
			changes = append(changes, t.kept.Remove(t.queue[0]))
		}
		t.queue = t.queue[1:]
	}
	t.queue = append(t.queue, name)
	return append(changes, t.kept.Put(name, token{request, now.Add(tokenAge)}))
}

// fingerprint tells different transactions apart.
func fingerprint(actions []action) string {
	h := sha256.New()
	for _, a := range actions {
		_, _ = fmt.Fprintf(h, "%s %s %q %q %q %s ", a.kind, nameOf(a.table), aws.ToString(a.update), aws.ToString(a.condition), a.names, a.onFailure)
		_, _ = fmt.Fprintf(h, "%s %s\n", value.Encode(a.item), value.Encode(a.values)) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))
}
