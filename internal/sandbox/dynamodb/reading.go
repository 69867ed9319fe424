package dynamodb

import (
	"hash/fnv"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/expression"
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// maxPageBytes is how much a Query or Scan reads at most.
const maxPageBytes = 1 << 20

// request is what Query and Scan have in common.
type request struct {
	table, index, filter, projection *string
	names                            map[string]string
	values                           value.Item
	selected                         types.Select
	limit                            *int32
	start                            value.Item
	consistent                       bool
}

// reader goes through a part of a view.
type reader struct {
	request
	collection *collection
	view       *view
	scope      *expression.Scope
	accepts    *expression.Condition
	gives      *expression.Projection
	// low and high bound the part as sorted.between has it.
	low, high string
	backwards bool
	// segment of segments is what a parallel scan is to read; 0 segments are all.
	segment, segments uint32
}

// found is a page: what one call reads.
type found struct {
	items          []value.Item
	count, scanned int32
	last           value.Item
	bytes          int
	// fetched is what was read of the table beside the index.
	fetched float64
}

// reader checks what Query and Scan have in common.
func (s *Service) reader(r request) (*reader, error) {
	c, err := s.collection(r.table)
	if err != nil {
		return nil, err
	}
	out := &reader{request: r, collection: c}
	if out.view, err = c.view(aws.ToString(r.index)); err != nil {
		return nil, err
	}
	if r.limit != nil && *r.limit < 1 {
		return nil, validation("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: "+
			"Member must have value greater than or equal to 1", *r.limit)
	}
	if r.consistent && out.view.global() {
		return nil, validation("Consistent reads are not supported on global secondary indexes")
	}
	if out.scope, err = expression.NewScope(r.names, r.values); err != nil {
		return nil, err
	}
	return out, s.prepareReader(out)
}

func (s *Service) prepareReader(r *reader) (err error) {
	if r.filter != nil {
		if r.accepts, err = s.condition("FilterExpression", *r.filter, r.scope); err != nil {
			return err
		}
	}
	if r.request.projection != nil {
		p, err := s.expressions.Projection(*r.request.projection)
		if err != nil {
			return err
		}
		if r.gives, err = p.Check(r.scope); err != nil {
			return err
		}
	}
	return r.checkSelect()
}

func (r *reader) checkSelect() error {
	const cannot = "Cannot specify the ProjectionExpression when choosing to get "
	switch r.selected {
	case types.SelectCount:
		if r.gives != nil {
			return validation(cannot + "only the Count")
		}
	case types.SelectAllAttributes:
		if r.gives != nil {
			return validation(cannot + "ALL_ATTRIBUTES")
		}
		if r.view.global() && !r.view.projectsAll() {
			return invalid("Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type "+
				"is not ALL", r.view.name)
		}
	case types.SelectAllProjectedAttributes:
		if r.view.name == "" {
			return validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
		if r.gives != nil {
			return validation(cannot + "ALL_PROJECTED_ATTRIBUTES")
		}
	case types.SelectSpecificAttributes:
		if r.gives == nil {
			return validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	}
	return r.checkProjected()
}

// checkProjected refuses attributes that a global index does not have.
func (r *reader) checkProjected() error {
	if r.gives == nil || !r.view.global() {
		return nil
	}
	for _, name := range r.gives.Attributes() {
		if !r.view.has(name) {
			return invalid("Global secondary index %s does not project [%s]", r.view.name, name)
		}
	}
	return nil
}

// startAfter moves the bounds behind ExclusiveStartKey.
func (r *reader) startAfter() error {
	if r.start == nil {
		return nil
	}
	order, err := r.startOrder()
	switch {
	case err != nil:
		return err
	case order < r.low || r.high != "" && order >= r.high:
		return validation("The provided starting key is outside query boundaries based on provided conditions")
	case r.backwards:
		r.high = order
	default:
		r.low = order + "\x00"
	}
	return nil
}

// startOrder is the place that ExclusiveStartKey stands for. The item need not be
// there any more.
func (r *reader) startOrder() (string, error) {
	const bad = "The provided starting key is invalid"
	if len(r.start) != len(r.view.keyOf(value.Item{})) {
		return "", validation(bad)
	}
	own := value.Item{}
	for _, part := range r.view.table {
		own[part.name] = r.start[part.name]
	}
	key, err := r.collection.keyed(own)
	if err != nil {
		return "", validation(bad + ": The provided key element does not match the schema")
	}
	for _, part := range r.view.schema {
		if value.Type(r.start[part.name]) != string(part.typ) || value.Check(r.start[part.name]) != nil {
			return "", validation(bad)
		}
	}
	order, _ := r.view.orderIn(r.start, key)
	return order, nil
}

func (r *reader) entries() iter.Seq[entry] {
	if r.backwards {
		return r.view.entries.backwards(r.low, r.high)
	}
	return r.view.entries.between(r.low, r.high)
}

// mine reports whether the entry belongs to the reader's segment.
func (r *reader) mine(e entry) bool {
	if r.segments == 0 {
		return true
	}
	partition, _, _ := strings.Cut(e.order, endOfPart)
	h := fnv.New32a()
	_, _ = h.Write([]byte(partition)) // a hash takes everything
	return h.Sum32()%r.segments == r.segment
}

// read gives a page: up to the limit, or up to 1 MB.
func (s *Service) read(r *reader) *found {
	out := &found{items: []value.Item{}}
	var last value.Item
	for e := range r.entries() {
		if !r.mine(e) {
			continue
		}
		item := s.item(r.collection, e.key)
		if item == nil {
			continue
		}
		seen := r.view.project(item)
		size := value.Size(seen)
		if out.scanned > 0 && (out.bytes+size > maxPageBytes || r.limit != nil && out.scanned == *r.limit) {
			out.last = last
			break
		}
		last = r.view.keyOf(item)
		out.bytes += size
		out.scanned++
		r.take(out, item, seen)
	}
	if r.limit != nil && out.scanned == *r.limit {
		out.last = last
	}
	return out
}

// take adds an item to the page if the filter accepts it.
func (r *reader) take(out *found, item, seen value.Item) {
	if r.view.local && r.wantsMore() {
		seen = item
		out.fetched += reading(value.Size(item), r.consistent)
	}
	if r.accepts != nil && !r.accepts.Holds(r.scope, seen) {
		return
	}
	out.count++
	if r.selected != types.SelectCount {
		out.items = append(out.items, projected(r.gives, seen))
	}
}

// wantsMore reports whether a local index lacks attributes that are asked for.
func (r *reader) wantsMore() bool {
	if r.view.projectsAll() {
		return false
	}
	if r.gives == nil {
		return r.selected == types.SelectAllAttributes
	}
	for _, name := range r.gives.Attributes() {
		if !r.view.has(name) {
			return true
		}
	}
	return false
}

// usage is what a page takes.
func (r *reader) usage(p *found) *usage {
	used := map[string]float64{r.view.name: reading(p.bytes, r.consistent)}
	if r.view.name != "" {
		used[""] = p.fetched
	}
	return single(r.collection, false, used)
}
