package metrics

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/platform"
)

// longestCause is how much of an error's words is shown.
const longestCause = 60

// nearby is how long before the trouble a change may have come to be named with it.
const nearby = 15 * time.Minute

// cause is why, as far as the logs and the stations of a job's way tell.
func (c *Collector) cause(f Finding, s *Snapshot) string {
	var parts []string
	function := f.Resource.Function()
	if slices.Contains(explained, f.Matter) && function != "" {
		parts = append(parts, said(c.errors, function, f.Matter)...)
	}
	if f.Matter == MatterLatency {
		parts = append(parts, slowest(s.Jobs, function)...)
	}
	return strings.Join(parts, "; ")
}

// explained are the matters that the functions' own error lines explain.
var explained = []Matter{MatterErrors, MatterProvider, MatterDead, MatterMail, MatterTimeOuts, MatterOldest}

// said is what the function's errors of the last hour say: `all "openai: 401"`.
func said(groups []ErrorGroup, f platform.Function, m Matter) []string {
	total, top := 0, ErrorGroup{}
	for _, g := range groups {
		if g.Function != f || m == MatterTimeOuts && !strings.Contains(g.Fingerprint, "timed out") || refusedBefore(g) > 0 {
			continue
		}
		if total += g.Count; g.Count > top.Count {
			top = g
		}
	}
	if total == 0 {
		return nil
	}
	words := []rune(strings.TrimPrefix(top.Fingerprint, platform.HandedBack+": "))
	if len(words) > longestCause {
		words = append(words[:longestCause-1], '…')
	}
	if top.Count == total {
		return []string{fmt.Sprintf("all %q", string(words))}
	}
	return []string{fmt.Sprintf("%d of %d errors %q", top.Count, total, string(words))}
}

// slowest names the station of a job's way that grew most against yesterday.
func slowest(j Jobs, f platform.Function) []string {
	if f != platform.AIProcessor {
		return nil
	}
	name, most := "", 0.0
	for _, station := range []struct {
		name        string
		now, before Number
	}{{"provider wait", j.Provider, j.ProviderBefore}, {"storing", j.Store, j.StoreBefore}, {"pushing", j.Push, j.PushBefore}} {
		if station.now.Known && station.before.Known && station.now.Value-station.before.Value > most {
			name, most = station.name, station.now.Value-station.before.Value
		}
	}
	if name == "" {
		return nil
	}
	return []string{"mostly " + name}
}

// unchanged are the matters that a change is no cause of: they are one, or nobody's.
var unchanged = []Matter{MatterSource, MatterStack, MatterPaused}

// changed is the last change shortly before a finding began, zero where there is none.
func (c *Collector) changed(f Finding) Change {
	if f.Since.IsZero() || slices.Contains(unchanged, f.Matter) {
		return Change{}
	}
	for _, change := range c.changes {
		if !change.At.After(f.Since.Add(minute)) && !change.At.Before(f.Since.Add(-nearby)) && change.Kind != ChangePause {
			return change
		}
	}
	return Change{}
}

// puzzling reports whether something is wrong that the logs may explain.
func puzzling(all []Finding) bool {
	return slices.ContainsFunc(all, func(f Finding) bool { return slices.Contains(explained, f.Matter) || f.Matter == MatterSecondTries })
}

// wantsErrors reports whether the last snapshot had something that the logs may explain.
func (c *Collector) wantsErrors() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.puzzled
}
