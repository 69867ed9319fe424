package dynamodb

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// AWS's units: a read unit is a consistent read of up to 4 kB, a write unit a
// write of up to 1 kB (Read and write operations).
const (
	readUnit  = 4 << 10
	writeUnit = 1 << 10
)

// usage is the capacity that a call has used of one table.
type usage struct {
	collection *collection
	write      bool
	// units are those of the table and of its indexes, by the view's name.
	units map[string]float64
}

func units(size, unit int) float64 { return float64(max(1, (size+unit-1)/unit)) }

// reading is what it takes to read so many bytes. Half, if an old state will do.
func reading(size int, consistent bool) float64 {
	if consistent {
		return units(size, readUnit)
	}
	return units(size, readUnit) / 2
}

// writing is what a write takes: of the table the larger state of the item, of an
// index a unit for each entry that comes, goes or changes.
func writing(w *write) map[string]float64 {
	used := map[string]float64{"": units(max(value.Size(w.before), value.Size(w.after)), writeUnit)}
	for _, v := range w.collection.views[1:] {
		if n := indexWriting(v, v.project(w.before), v.project(w.after)); n > 0 && !w.checkOnly {
			used[v.name] = n
		}
	}
	return used
}

func indexWriting(v *view, before, after value.Item) float64 {
	switch {
	case before == nil && after == nil || before != nil && after != nil && value.EqualItems(before, after):
		return 0
	case before == nil:
		return units(value.Size(after), writeUnit)
	case after == nil:
		return units(value.Size(before), writeUnit)
	}
	was, _ := v.schema.order(before)
	is, _ := v.schema.order(after)
	if was != is { // one entry goes, one comes
		return units(value.Size(before), writeUnit) + units(value.Size(after), writeUnit)
	}
	return units(max(value.Size(before), value.Size(after)), writeUnit)
}

// usages adds up what a call uses, by table.
type usages struct {
	write   bool
	factor  float64
	byTable []*usage
}

func (u *usages) add(c *collection, used map[string]float64) {
	for _, one := range u.byTable {
		if one.collection == c {
			one.take(used, u.factor)
			return
		}
	}
	one := &usage{collection: c, write: u.write, units: map[string]float64{}}
	one.take(used, u.factor)
	u.byTable = append(u.byTable, one)
}

func (u *usage) take(used map[string]float64, factor float64) {
	for name, n := range used {
		u.units[name] += n * factor
	}
}

// single is the usage of one operation on one table.
func single(c *collection, write bool, used map[string]float64) *usage {
	return &usage{collection: c, write: write, units: used}
}

// shown is the usage as the caller wants to see it, nil for not at all.
func (u *usage) shown(how types.ReturnConsumedCapacity) *types.ConsumedCapacity {
	if how != types.ReturnConsumedCapacityTotal && how != types.ReturnConsumedCapacityIndexes {
		return nil
	}
	out := &types.ConsumedCapacity{TableName: &u.collection.table.Name, CapacityUnits: new(0.0)}
	for _, n := range u.units {
		*out.CapacityUnits += n
	}
	if how == types.ReturnConsumedCapacityIndexes {
		u.showIndexes(out)
	}
	return out
}

func (u *usage) showIndexes(out *types.ConsumedCapacity) {
	out.Table = &types.Capacity{CapacityUnits: new(u.units[""])}
	for _, v := range u.collection.views[1:] {
		n, used := u.units[v.name]
		if !used {
			continue
		}
		if v.local {
			out.LocalSecondaryIndexes = with(out.LocalSecondaryIndexes, v.name, n)
		} else {
			out.GlobalSecondaryIndexes = with(out.GlobalSecondaryIndexes, v.name, n)
		}
	}
}

func with(all map[string]types.Capacity, name string, n float64) map[string]types.Capacity {
	if all == nil {
		all = map[string]types.Capacity{}
	}
	all[name] = types.Capacity{CapacityUnits: &n}
	return all
}

// shown is what a call of several tables shows. A transaction says too which units
// they are.
func (u *usages) shown(how types.ReturnConsumedCapacity, transaction bool) []types.ConsumedCapacity {
	var out []types.ConsumedCapacity
	for _, one := range u.byTable {
		shown := one.shown(how)
		if shown == nil {
			return nil
		}
		if transaction && u.write {
			shown.WriteCapacityUnits = shown.CapacityUnits
		} else if transaction {
			shown.ReadCapacityUnits = shown.CapacityUnits
		}
		out = append(out, *shown)
	}
	return out
}

// measure hands the usage to CloudWatch.
func (s *Service) measure(used ...*usage) {
	for _, u := range used {
		name := "ConsumedReadCapacityUnits"
		if u.write {
			name = "ConsumedWriteCapacityUnits"
		}
		for index, n := range u.units {
			dimensions := []host.Dimension{{Name: "TableName", Value: u.collection.table.Name}}
			if index != "" {
				dimensions = append([]host.Dimension{{Name: "GlobalSecondaryIndexName", Value: index}}, dimensions...)
			}
			s.host.Measure(host.Datum{Namespace: namespace, Name: name, Unit: "Count", Value: n, Dimensions: dimensions})
		}
	}
}
