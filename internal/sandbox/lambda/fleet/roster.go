package fleet

import "slices"

func (l *Fleet) crew(name string) *crew {
	c, ok := l.crews[name]
	if !ok {
		c = &crew{all: map[*instance]struct{}{}}
		l.crews[name] = c
	}
	return c
}

// acquire gives an idle instance, or a new one that is not started yet, if the
// concurrency allows another execution.
func (l *Fleet) acquire(f Function) (*instance, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, ErrClosed
	}
	c := l.crew(f.Name)
	if err := l.admit(c, f); err != nil {
		l.Measure(l.throttle(f)...)
		return nil, err
	}
	c.busy++
	l.running++
	if f.Reserved == nil {
		l.drawn++
	}
	i := c.take(l, f)
	if i == nil {
		i = &instance{fleet: l, version: f.Version, revision: f.Revision, group: f.LogGroup}
		c.all[i] = struct{}{}
	}
	i.drawn = f.Reserved == nil
	l.Measure(l.concurrency(f, c.busy)...)
	return i, nil
}

func (l *Fleet) admit(c *crew, f Function) error {
	if f.Reserved != nil && c.busy >= int(*f.Reserved) {
		return Throttled{Reserved: true}
	}
	if f.Reserved == nil && l.drawn >= int(f.Unreserved) {
		return Throttled{}
	}
	return nil
}

// take gives the last used instance that fits, and ends those that no longer do.
func (c *crew) take(l *Fleet, f Function) *instance {
	now := l.Clock.Now()
	for n := len(c.idle) - 1; n >= 0; n-- {
		i := c.idle[n]
		if i.version != f.Version {
			continue
		}
		c.idle = slices.Delete(c.idle, n, n+1)
		i.wake()
		if i.fits(f, now) {
			return i
		}
		c.dismiss(i)
	}
	return nil
}

// dismiss ends an idle instance without waiting for its end.
func (c *crew) dismiss(i *instance) {
	delete(c.all, i)
	go i.end() // Runner.Close waits for it
}

// release takes an instance back after its invocation.
func (l *Fleet) release(i *instance, f Function) {
	l.mu.Lock()
	c := l.crew(f.Name)
	c.busy--
	l.running--
	if i.drawn {
		l.drawn--
	}
	keep := !l.closed && !i.outdated && i.usable()
	if keep {
		c.idle = append(c.idle, i)
		i.sleep(func() { l.expire(c, i) })
	} else {
		delete(c.all, i)
	}
	l.mu.Unlock()
	if !keep {
		i.end()
	}
}

// expire ends an instance that has been idle for long enough.
func (l *Fleet) expire(c *crew, i *instance) {
	l.mu.Lock()
	n := slices.Index(c.idle, i)
	if n >= 0 {
		c.idle = slices.Delete(c.idle, n, n+1)
		delete(c.all, i)
	}
	l.mu.Unlock()
	if n >= 0 {
		i.end()
	}
}
