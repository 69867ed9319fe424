package dynamodb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// view is a table or one of its indexes, as it is read: which items are in it, in
// which order, with which attributes.
type view struct {
	// name is the index's, empty for the table itself.
	name   string
	schema schema
	// table is the table's own key, which every index has too.
	table schema
	// local is an index with the table's partition key.
	local      bool
	projection *types.Projection
	entries    sorted
	// bytes is the size of its items.
	bytes int64
}

func (v *view) global() bool { return v.name != "" && !v.local }

// projectsAll reports whether the view has every attribute.
func (v *view) projectsAll() bool {
	return v.projection == nil || v.projection.ProjectionType == types.ProjectionTypeAll
}

// has reports whether the attribute is in the view.
func (v *view) has(name string) bool {
	return v.projectsAll() || v.schema.has(name) || v.table.has(name) || slices.Contains(v.projection.NonKeyAttributes, name)
}

// project gives what the view has of an item; an item that is not in it is nil.
func (v *view) project(item value.Item) value.Item {
	for _, part := range v.schema {
		if _, there := item[part.name]; !there {
			return nil
		}
	}
	if v.projectsAll() {
		return item
	}
	out := value.Item{}
	for name, attribute := range item {
		if v.has(name) {
			out[name] = attribute
		}
	}
	return out
}

// keyOf gives an item's key in the view: in an index both keys.
func (v *view) keyOf(item value.Item) value.Item {
	out := value.Item{}
	for _, part := range slices.Concat(v.table, v.schema) {
		out[part.name] = item[part.name]
	}
	return out
}

// orderIn is an item's place: in an index, items of one key follow the table's.
func (v *view) orderIn(item value.Item, key string) (string, bool) {
	if v.name == "" {
		return key, true
	}
	order, ok := v.schema.order(item)
	return order + key, ok
}

// replace brings the view from one state of an item to another; nil is absent.
func (v *view) replace(key string, before, after value.Item) {
	if projected := v.project(before); before != nil && projected != nil {
		order, _ := v.orderIn(before, key)
		v.entries.remove(order)
		v.bytes -= int64(value.Size(projected))
	}
	if projected := v.project(after); after != nil && projected != nil {
		order, _ := v.orderIn(after, key)
		v.entries.insert(entry{order, key})
		v.bytes += int64(value.Size(projected))
	}
}

// views are the table itself and its indexes.
func (t table) views() []*view {
	own := t.schemaOf(t.Keys)
	out := []*view{{schema: own, table: own}}
	for _, index := range t.Indexes {
		out = append(out, &view{
			name: aws.ToString(index.IndexName), schema: t.schemaOf(index.KeySchema), table: own, projection: index.Projection,
		})
	}
	for _, index := range t.LocalIndexes {
		out = append(out, &view{
			name: aws.ToString(index.IndexName), schema: t.schemaOf(index.KeySchema), table: own, projection: index.Projection, local: true,
		})
	}
	return out
}
