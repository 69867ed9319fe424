package dynamodb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

const (
	// expiryLag is how long an expired item stays. AWS takes up to some days; that
	// it is still there for a while has to show here too.
	expiryLag = time.Minute
	// maxExpired is how many go with one call.
	maxExpired = 100
	// maxExpiryAge is five years: what has expired before that is taken for a mistake
	// and stays (Using time to live).
	maxExpiryAge = 5 * 365 * 24 * time.Hour
)

// expiryOf is an item's place among those that expire.
func (c *collection) expiryOf(item value.Item, key string) (order string, expires bool) {
	n, isNumber := item[c.table.TimeToLive].(*value.N)
	if !isNumber || c.table.TimeToLive == "" {
		return "", false
	}
	whole, _, _ := strings.Cut(n.Value, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	return expiryOrder(seconds) + key, err == nil && seconds > 0
}

func expiryOrder(seconds int64) string { return fmt.Sprintf("%019d", seconds) }

// expire removes items whose time has been over for a while. It is done when the
// table is used, so nothing runs while it is not.
func (s *Service) expire(c *collection) {
	if c.expiry.count == 0 {
		return
	}
	now := s.host.Clock.Now()
	oldest, latest := expiryOrder(max(0, now.Add(-maxExpiryAge).Unix())), expiryOrder(max(0, now.Add(-expiryLag).Unix()))
	var gone []*write
	for e := range c.expiry.between(oldest, latest) {
		if gone = append(gone, &write{collection: c, key: e.key, before: s.item(c, e.key)}); len(gone) == maxExpired {
			break
		}
	}
	if len(gone) == 0 {
		return
	}
	s.commit(gone)
	s.host.Measure(host.Datum{
		Namespace: namespace, Name: "TimeToLiveDeletedItemCount", Unit: "Count", Value: float64(len(gone)),
		Dimensions: []host.Dimension{{Name: "TableName", Value: c.table.Name}},
	})
}
