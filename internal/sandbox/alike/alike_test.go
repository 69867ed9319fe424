package alike_test

import (
	"reflect"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/alike"
)

type kind string

type inner struct{ Deep *int32 }

type from struct {
	inner
	Same    []string
	Pointed *int32
	Plain   int32
	Kind    *string
	Text    kind
	Odd     int
	None    *bool
	Only    string
}

type to struct {
	Same    []string
	Pointed int32
	Plain   *int32
	Kind    kind
	Text    *string
	Odd     string
	None    bool
	Deep    *int32
	Other   string
}

func TestAsCopiesWhatBothHave(t *testing.T) {
	got := alike.As[to](&from{
		inner: inner{Deep: new(int32(4))}, Same: []string{"a"}, Pointed: new(int32(1)), Plain: 2,
		Kind: new("k"), Text: "t", Odd: 3, Only: "o",
	})
	want := to{Same: []string{"a"}, Pointed: 1, Plain: new(int32(2)), Kind: "k", Text: new("t"), Deep: new(int32(4))}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
