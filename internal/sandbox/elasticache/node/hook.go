package node

import (
	"slices"
	"strings"

	"github.com/alicebob/miniredis/v2/server"
)

// before sees every command first; it reports true for one that it has answered. It
// must take no lock of miniredis: commands of scripts come while that is held.
func (n *Node) before(p *server.Peer, command string, arguments ...string) bool {
	if p.ClientName == n.inner {
		return false
	}
	n.count.commands.Add(1)
	if command == "AUTH" || command == "HELLO" {
		return n.admit(p, command, arguments)
	}
	if isRead(command) {
		n.count.reads.Add(1)
		return n.lookUp(p, command, arguments)
	}
	if !isWrite(command) {
		return false
	}
	n.count.writes.Add(1)
	if n.memory.full.Load() && grows(command) {
		p.WriteError("OOM command not allowed when used memory > 'maxmemory'.")
		return true
	}
	return false
}

// admit exchanges a good token in AUTH or HELLO for the one password that miniredis
// knows, and lets miniredis answer.
func (n *Node) admit(p *server.Peer, command string, arguments []string) bool {
	at := tokenIn(command, arguments)
	if at < 0 || !n.options.Protected() || arguments[at] == n.inner {
		return false
	}
	user := "default"
	if at > 0 {
		user = arguments[at-1]
	}
	if (command == "AUTH" && len(arguments) == 1 || user == "default") && n.options.Authenticates(arguments[at]) {
		exchanged := slices.Clone(arguments)
		exchanged[at] = n.inner
		n.redis.Server().Dispatch(p, append([]string{command}, exchanged...))
		return true
	}
	p.WriteError("WRONGPASS invalid username-password pair or user is disabled.")
	return true
}

// tokenIn is where the token is among the arguments: AUTH [user] token, HELLO
// version AUTH user token; -1 for nowhere.
func tokenIn(command string, arguments []string) int {
	if command == "AUTH" {
		if len(arguments) == 1 || len(arguments) == 2 {
			return len(arguments) - 1
		}
		return -1
	}
	for i, a := range arguments {
		if i > 0 && strings.EqualFold(a, "AUTH") && i+2 < len(arguments) {
			return i + 2
		}
	}
	return -1
}

// The commands that count as reads and writes of data in ElastiCache's GetTypeCmds
// and SetTypeCmds, as far as miniredis knows them.
func isRead(command string) bool {
	switch command {
	case "GET", "MGET", "GETRANGE", "STRLEN", "GETBIT", "BITCOUNT", "EXISTS", "TTL", "PTTL", "TYPE", "KEYS", "SCAN", "RANDOMKEY",
		"HGET", "HMGET", "HGETALL", "HEXISTS", "HKEYS", "HVALS", "HLEN", "HSCAN", "HSTRLEN", "LRANGE", "LLEN", "LINDEX", "LPOS",
		"SMEMBERS", "SISMEMBER", "SMISMEMBER", "SCARD", "SRANDMEMBER", "SUNION", "SINTER", "SDIFF", "SSCAN",
		"ZRANGE", "ZRANGEBYSCORE", "ZREVRANGE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX", "ZSCORE", "ZMSCORE", "ZRANK", "ZREVRANK", "ZCARD",
		"ZCOUNT", "ZSCAN", "XRANGE", "XREVRANGE", "XLEN", "XREAD", "PFCOUNT", "GEOPOS", "GEODIST", "GEORADIUS_RO":
		return true
	}
	return false
}

func isWrite(command string) bool { return grows(command) || shrinks(command) }

func shrinks(command string) bool {
	switch command {
	case "DEL", "UNLINK", "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "PERSIST", "HDEL", "LPOP", "RPOP", "LREM", "LTRIM", "SREM", "SPOP",
		"ZREM", "ZREMRANGEBYSCORE", "ZREMRANGEBYRANK", "ZPOPMIN", "ZPOPMAX", "XDEL", "XTRIM", "GETDEL", "FLUSHDB", "FLUSHALL":
		return true
	}
	return false
}

// grows reports whether Redis refuses the command when memory is full.
func grows(command string) bool {
	switch command {
	case "SET", "SETEX", "PSETEX", "SETNX", "MSET", "MSETNX", "GETSET", "APPEND", "SETRANGE", "SETBIT", "INCR", "INCRBY", "INCRBYFLOAT",
		"DECR", "DECRBY", "HSET", "HSETNX", "HMSET", "HINCRBY", "HINCRBYFLOAT", "LPUSH", "RPUSH", "LPUSHX", "RPUSHX", "LINSERT", "LSET",
		"RPOPLPUSH", "LMOVE", "SADD", "SMOVE", "SUNIONSTORE", "SINTERSTORE", "SDIFFSTORE", "ZADD", "ZINCRBY", "ZUNIONSTORE", "ZINTERSTORE",
		"XADD", "PFADD", "PFMERGE", "GEOADD", "COPY":
		return true
	}
	return false
}
