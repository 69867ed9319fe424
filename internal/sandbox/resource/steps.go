package resource

import (
	"context"
	"errors"
)

// Steps are the steps of a resource type whose properties fit the struct P.
type Steps[P any] struct {
	Create func(ctx context.Context, r Request, p *P) (Result, error)
	// Update may be nil, as Type.Update may.
	Update func(ctx context.Context, r Request, p *P) (Result, error)
	// Delete gets the properties last applied, as far as they decode.
	Delete func(ctx context.Context, r Request, p *P) error
	Read   func(ctx context.Context, physicalID string) (*P, bool)
	// Find may be nil, as Type.Find may.
	Find func(ctx context.Context, p *P) (Result, bool)
}

// Typed completes t with steps: their properties are decoded strictly before,
// and encoded again after reading; errors of the services' own types become
// *Error values; deleting what is gone is no error.
func Typed[P any](t Type, s Steps[P]) Type {
	t.Create = decoded(s.Create)
	if s.Update != nil {
		t.Update = decoded(s.Update)
	}
	t.Delete = func(ctx context.Context, r Request) error {
		p := new(P)
		_ = Decode(r.Properties, p) // a resource that never came to be may have any properties
		err := handlerError(s.Delete(ctx, r, p))
		if e, ok := errors.AsType[*Error](err); ok && e.Code == "NotFound" {
			return nil
		}
		return err
	}
	t.Read = func(ctx context.Context, physicalID string) (map[string]any, bool, error) {
		p, ok := s.Read(ctx, physicalID)
		if !ok {
			return nil, false, nil
		}
		return Encode(p), true, nil
	}
	if s.Find != nil {
		t.Find = func(ctx context.Context, properties map[string]any) (Result, bool, error) {
			p := new(P)
			if err := Decode(properties, p); err != nil {
				return Result{}, false, err
			}
			found, ok := s.Find(ctx, p)
			return found, ok, nil
		}
	}
	return t
}

func decoded[P any](step func(context.Context, Request, *P) (Result, error)) func(context.Context, Request) (Result, error) {
	return func(ctx context.Context, r Request) (Result, error) {
		p := new(P)
		if err := Decode(r.Properties, p); err != nil {
			return Result{}, err
		}
		result, err := step(ctx, r, p)
		return result, handlerError(err)
	}
}
