package node

import (
	"bufio"
	"bytes"
	"slices"

	"github.com/alicebob/miniredis/v2/server"
)

// lookups are the reads that count as a hit or a miss of the cache.
var lookups = []string{"GET", "GETRANGE", "STRLEN", "HGET", "HGETALL", "HMGET", "LRANGE", "LINDEX", "SMEMBERS", "ZRANGE", "ZSCORE", "XRANGE"}

// nothing are the beginnings of replies that found nothing, in both protocols.
var nothing = [][]byte{[]byte("$-1"), []byte("*-1"), []byte("_"), []byte("*0"), []byte("%0"), []byte("~0"), []byte(":0")}

// lookUp has miniredis answer a read and looks at the answer on its way. The peer
// in between bears the node's secret as its name, by which before knows it.
func (n *Node) lookUp(p *server.Peer, command string, arguments []string) bool {
	if !slices.Contains(lookups, command) {
		return false
	}
	var reply bytes.Buffer
	writer := bufio.NewWriter(&reply)
	inner := server.NewPeer(writer)
	inner.Ctx, inner.Resp3, inner.ClientName = p.Ctx, p.Resp3, n.inner
	n.redis.Server().Dispatch(inner, append([]string{command}, arguments...))
	inner.Flush()
	p.Ctx = inner.Ctx
	answer := reply.Bytes()
	switch {
	case bytes.HasPrefix(answer, []byte("-")), bytes.HasPrefix(answer, []byte("+QUEUED")):
	case slices.ContainsFunc(nothing, func(none []byte) bool { return bytes.HasPrefix(answer, none) }):
		n.count.misses.Add(1)
	default:
		n.count.hits.Add(1)
	}
	p.WriteRaw(reply.String())
	return true
}
