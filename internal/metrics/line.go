package metrics

import "time"

// kept is how far back the Overview's points go: the hour that is drawn, and what rules
// look at before it.
const kept = 80 * time.Minute

// line is what is known of one metric: its points by the start of their periods, and
// how the last asking for it went.
type line struct {
	metric Metric
	period time.Duration
	points map[int64]float64
	// from and until bound what has been answered.
	from, until time.Time
	// code is why the last asking failed for this metric alone, empty where it did not.
	code string
}

func newLine(m Metric, period time.Duration) *line {
	return &line{metric: m, period: period, points: map[int64]float64{}}
}

// take puts an answer about [from, until) in the place of what was known of it. What is
// apart from that is forgotten, so that a line knows all between its bounds.
func (l *line) take(from, until time.Time, points map[int64]float64) {
	if from.After(l.until) || until.Before(l.from) {
		clear(l.points)
		l.from, l.until = from, until
	}
	for at := range l.points {
		if at >= from.Unix() && at < until.Unix() {
			delete(l.points, at)
		}
	}
	for at, v := range points {
		l.points[at] = v
	}
	if from.Before(l.from) {
		l.from = from
	}
	if until.After(l.until) {
		l.until = until
	}
}

// forget drops what is older than a moment.
func (l *line) forget(before time.Time) {
	for at := range l.points {
		if at < before.Unix() {
			delete(l.points, at)
		}
	}
	if l.from.Before(before) {
		l.from = before
	}
}

// at is the point whose period begins at t.
func (l *line) at(t time.Time) Number {
	v, known := l.points[t.Unix()]
	return Number{v, known}
}

// series are the points from one time up to another.
func (l *line) series(from, until time.Time) Series {
	s := Series{Start: from.Truncate(l.period), Period: l.period}
	for t := s.Start; t.Before(until); t = t.Add(l.period) {
		s.Points = append(s.Points, l.at(t))
	}
	return s
}

// sum adds up the points of [from, until); it is unknown when there is none.
func (l *line) sum(from, until time.Time) (total Number) {
	for t := from.Truncate(l.period); t.Before(until); t = t.Add(l.period) {
		if v := l.at(t); v.Known {
			total = Some(total.Value + v.Value)
		}
	}
	return total
}

// highest is the largest of the points of [from, until).
func (l *line) highest(from, until time.Time) (top Number) {
	for t := from.Truncate(l.period); t.Before(until); t = t.Add(l.period) {
		if v := l.at(t); v.Known && (!top.Known || v.Value > top.Value) {
			top = v
		}
	}
	return top
}

// mean is the average of the points of [from, until).
func (l *line) mean(from, until time.Time) Number {
	total, n := 0.0, 0
	for t := from.Truncate(l.period); t.Before(until); t = t.Add(l.period) {
		if v := l.at(t); v.Known {
			total, n = total+v.Value, n+1
		}
	}
	if n == 0 {
		return Number{}
	}
	return Some(total / float64(n))
}

// newest is the last point whose period begins in [from, until), and when it does.
func (l *line) newest(from, until time.Time) (Number, time.Time) {
	for t := until.Add(-1).Truncate(l.period); !t.Before(from); t = t.Add(-l.period) {
		if v := l.at(t); v.Known {
			return v, t
		}
	}
	return Number{}, time.Time{}
}
