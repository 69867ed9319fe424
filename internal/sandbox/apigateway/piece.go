package apigateway

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/page"
	"github.com/keyvex/keyvex/internal/sandbox/record"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// piece says what is particular to one resource type; the rest is alike in all.
type piece[P any] struct {
	things kept[P]
	// id gives a new thing its physical id; nil makes one up.
	id func(p *P) string
	// parent is what the thing belongs to, an API or a usage plan.
	parent func(p *P) string
	// check refuses properties; id is the thing's own.
	check func(id string, p *P) error
	// taken is the error for an id that is there already.
	taken string
	// removable refuses a deletion; nil lets all go.
	removable func(id string, p *P) error
	// after cleans up what belonged to the thing; it may be nil.
	after      func(id string)
	attributes func(id string, p *P) map[string]any
	tags       func(p *P) []resource.Tag
	// live fills in what AWS gives by default, for Read; it may be nil.
	live func(r record.Record[P]) P
}

func typed[P any](s *Service, t resource.Type, d piece[P]) resource.Type {
	if t.Times == (resource.Times{}) {
		t.Times = resource.Times{Create: resource.Seconds(3), Update: resource.Seconds(3), Delete: resource.Seconds(2)}
	}
	steps := resource.Steps[P]{
		Create: func(_ context.Context, r resource.Request, p *P) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			id := ""
			if d.id != nil {
				id = d.id(p)
				if _, there := d.things.Get(record.Key(d.parentOf(p), id)); there {
					return resource.Result{}, conflict("%s", d.taken)
				}
			} else {
				id = s.host.ID(host.LowerID, 6)
			}
			return d.put(s, id, r, p)
		},
		Update: func(_ context.Context, r resource.Request, p *P) (resource.Result, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return d.put(s, r.PhysicalID, r, p)
		},
		Delete: func(_ context.Context, r resource.Request, p *P) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			return d.drop(r.PhysicalID, p)
		},
		Read: func(_ context.Context, id string) (*P, bool) {
			found, ok := record.ByID(d.things, id)
			if ok && d.live != nil {
				return new(d.live(found)), true
			}
			return &found.Properties, ok
		},
	}
	return resource.Typed(t, steps)
}

func (d piece[P]) parentOf(p *P) string {
	if d.parent == nil {
		return ""
	}
	return d.parent(p)
}

func (d piece[P]) put(s *Service, id string, r resource.Request, p *P) (resource.Result, error) {
	if d.check != nil {
		if err := d.check(id, p); err != nil {
			return resource.Result{}, err
		}
	}
	var own []resource.Tag
	if d.tags != nil {
		own = d.tags(p)
	}
	record.Put(s.host.Clock, d.things, d.parentOf(p), id, p, r.AllTags(own))
	result := resource.Result{PhysicalID: id}
	if d.attributes != nil {
		result.Attributes = d.attributes(id, p)
	}
	return result, nil
}

func (d piece[P]) drop(id string, p *P) error {
	key := record.Key(d.parentOf(p), id)
	if _, ok := d.things.Get(key); !ok {
		return notFound("Invalid identifier specified: %s", id)
	}
	if d.removable != nil {
		if err := d.removable(id, p); err != nil {
			return err
		}
	}
	d.things.Delete(key)
	if d.after != nil {
		d.after(id)
	}
	return nil
}

// listed cuts the things of a parent by position and limit, and shows them.
func listed[P, T any](things kept[P], parent string, position *string, limit *int32, show func(record.Record[P]) T) ([]T, *string, error) {
	size := 25
	if limit != nil {
		size = int(*limit)
	}
	if size < 1 || size > 500 {
		return nil, nil, badRequest("Invalid limit: it must be between 1 and 500")
	}
	some, next, ok := page.Of(record.Of(things, parent), record.Record[P].Key, value(position), size)
	if !ok {
		return nil, nil, badRequest("Invalid position parameter")
	}
	out := []T{}
	for _, r := range some {
		out = append(out, show(r))
	}
	if next == "" {
		return out, nil, nil
	}
	return out, &next, nil
}

func notFound(format string, args ...any) error {
	return &types.NotFoundException{Message: new(fmt.Sprintf(format, args...))}
}

func badRequest(format string, args ...any) error {
	return &types.BadRequestException{Message: new(fmt.Sprintf(format, args...))}
}

func conflict(format string, args ...any) error {
	return &types.ConflictException{Message: new(fmt.Sprintf(format, args...))}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func isTrue(b *bool) bool { return b != nil && *b }
