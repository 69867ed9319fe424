package store

import (
	"context"
	"iter"
)

// one reads the item under a key as a T.
func one[T any](ctx context.Context, t *Table, key item) (T, error) {
	var out T
	found, err := t.get(ctx, key)
	if err == nil {
		err = decode(found, &out)
	}
	return out, err
}

// decoded gives each item as a T, and ends after the first error.
func decoded[T any](items iter.Seq2[item, error]) iter.Seq2[T, error] {
	return mapped(items, func(found item) (T, error) {
		var out T
		err := decode(found, &out)
		return out, err
	})
}

// mapped gives what read makes of each item, and ends after the first error.
func mapped[T any](items iter.Seq2[item, error], read func(item) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for found, err := range items {
			var out T
			if err == nil {
				out, err = read(found)
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
