package series

import (
	"encoding/binary"
	"slices"
)

const minutesAnHour = 60

// block is an hour of a series: encoded buckets, each behind its minute. There may
// be several of one minute, from data that came late.
type block struct {
	hour   int64
	coarse bool
	data   []byte
}

// one is the series of a metric. Times in it are minutes or seconds since 1970.
type one struct {
	metric Metric
	units  []string
	// open are the minutes that changed since the last Flush; recent is the one that
	// was used last.
	open   map[int64]*Bucket
	recent openBucket
	// blocks are in the order of their hours.
	blocks []block
	// fine are the seconds of a high-resolution metric.
	fine map[int64]*Bucket
	// latest is the last minute that has data.
	latest int64
}

type openBucket struct {
	minute int64
	*Bucket
}

func (o *one) at(minute int64) *Bucket {
	if o.recent.Bucket != nil && o.recent.minute == minute {
		return o.recent.Bucket
	}
	if o.open == nil {
		o.open = map[int64]*Bucket{}
	}
	b := o.open[minute]
	if b == nil {
		b = &Bucket{}
		o.open[minute] = b
		o.latest = max(o.latest, minute)
	}
	o.recent = openBucket{minute, b}
	return b
}

func (o *one) atSecond(second int64) *Bucket {
	if o.fine == nil {
		o.fine = map[int64]*Bucket{}
	}
	b := o.fine[second]
	if b == nil {
		b = &Bucket{}
		o.fine[second] = b
	}
	return b
}

// store puts an encoded bucket into the block of its hour. What is there is never
// overwritten: queries read it without the lock.
func (o *one) store(minute int64, encoded []byte) {
	b := o.block(minute / minutesAnHour)
	b.data = append(binary.AppendUvarint(b.data, uint64(minute%minutesAnHour)), encoded...)
	o.latest = max(o.latest, minute)
}

func (o *one) block(hour int64) *block {
	i, found := slices.BinarySearchFunc(o.blocks, hour, func(b block, hour int64) int { return int(b.hour - hour) })
	if !found {
		o.blocks = slices.Insert(o.blocks, i, block{hour: hour})
	}
	return &o.blocks[i]
}

// age makes the blocks before fresh coarse, one bucket a minute, and drops those
// before oldest. It gives what is worth keeping false when nothing is left.
func (o *one) age(oldest, fresh int64) (worthKeeping bool) {
	o.blocks = slices.DeleteFunc(o.blocks, func(b block) bool { return b.hour < oldest })
	for i := range o.blocks {
		if b := &o.blocks[i]; !b.coarse && b.hour < fresh {
			b.data, b.coarse = coarsened(b.data), true
		}
	}
	for second := range o.fine {
		if second < fresh*minutesAnHour*60 {
			delete(o.fine, second)
		}
	}
	return len(o.blocks) > 0 || len(o.open) > 0
}

func coarsened(data []byte) []byte {
	minutes := [minutesAnHour]*Bucket{}
	each(data, func(minute int64, b *Bucket) {
		if minutes[minute] == nil {
			minutes[minute] = &Bucket{}
		}
		minutes[minute].Merge(b)
	})
	var out []byte
	for minute, b := range minutes {
		if b != nil {
			out = encode(binary.AppendUvarint(out, uint64(minute)), b, true)
		}
	}
	return slices.Clip(out)
}

// each walks the buckets of a block; minute is the one of its hour.
func each(data []byte, visit func(minute int64, b *Bucket)) {
	d := decoder{rest: data}
	for len(d.rest) > 0 {
		minute := int64(d.uvarint())
		b := d.bucket()
		if d.failed || minute >= minutesAnHour {
			return
		}
		visit(minute, b)
	}
}
