package store

import (
	"context"
	"iter"
)

// one reads the item under a key as a T.
func one[T any](ctx context.Context, t *Table, key item) (out T, err error) {
	found, err := t.get(ctx, key)
	if err != nil {
		return out, err
	}
	return out, decode(found, &out)
}

// decoded gives each item as a T, and ends after the first error.
func decoded[T any](items iter.Seq2[item, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for found, err := range items {
			var out T
			if err == nil {
				err = decode(found, &out)
			}
			if !yield(out, err) || err != nil {
				return
			}
		}
	}
}

// all gathers the items of every page.
func all[T any](items iter.Seq2[item, error]) ([]T, error) { return gather(decoded[T](items)) }

func gather[T any](each iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range each {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
