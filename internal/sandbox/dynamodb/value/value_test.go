package value_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

func drawNumber(t *rapid.T) string {
	return fmt.Sprintf("%de%d", rapid.Int64().Draw(t, "digits"), rapid.IntRange(-15, 15).Draw(t, "exponent"))
}

func rational(t *rapid.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number to math/big", text)
	}
	return r
}

func parse(t *rapid.T, text string) value.Number {
	n, err := value.ParseNumber(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNumbersAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNumber(t), drawNumber(t)
		x, y := parse(t, a), parse(t, b)
		if rational(t, x.String()).Cmp(rational(t, a)) != 0 {
			t.Fatalf("%s is shown as %s", a, x)
		}
		want := rational(t, a).Cmp(rational(t, b))
		if got := x.Compare(y); got != want {
			t.Fatalf("%s to %s compares as %d", a, b, got)
		}
		if (x.Order() < y.Order()) != (want < 0) || (x.Order() == y.Order()) != (want == 0) {
			t.Fatalf("%s sorts as %s, %s as %s", a, x.Order(), b, y.Order())
		}
		exact := new(big.Rat).Add(rational(t, a), rational(t, b))
		if sum, err := x.Add(y); err == nil && rational(t, sum.String()).Cmp(exact) != 0 {
			t.Fatalf("%s + %s is %s", a, b, sum)
		}
	})
}

func TestItemsAreKeptWhole(t *testing.T) {
	item := value.Item{
		"s": &value.S{Value: "a\"\\\n\x00\u2028<&>é😀"}, "n": &value.N{Value: "-1.50"}, "b": &value.B{Value: []byte{0, 255}},
		"bool": &value.Bool{}, "null": &value.Null{Value: true}, "ss": &value.SS{Value: []string{"b", "a"}}, "ns": &value.NS{Value: []string{"1", "2.0"}},
		"bs": &value.BS{Value: [][]byte{{1}, {}}}, "empty": &value.L{}, "": &value.S{},
		"m": &value.M{Value: value.Item{"l": &value.L{Value: []value.Value{&value.S{Value: "x"}, &value.M{Value: value.Item{}}}}}},
	}
	got, err := value.Decode(value.Encode(item))
	if err != nil || !value.EqualItems(got, item) || string(value.Encode(got)) != string(value.Encode(item)) {
		t.Errorf("%v, %s", err, value.Encode(got))
	}
}

// The sizes are those of AWS's page on item sizes: names and text in bytes, numbers
// about a byte for two digits and one more, 3 bytes and one for each member of a
// list or map.
func TestSizesAreAWSs(t *testing.T) {
	for _, tc := range []struct {
		v    value.Value
		want int
	}{
		{&value.S{Value: "é"}, 2}, {&value.B{Value: make([]byte, 5)}, 5}, {&value.Bool{}, 1}, {&value.Null{Value: true}, 1},
		{&value.N{Value: "27"}, 2}, {&value.N{Value: "2.7"}, 3}, {&value.L{}, 3}, {&value.M{}, 3}, {&value.SS{Value: []string{"ab", "c"}}, 3},
	} {
		// 2.7 needs a byte more than 27: its digits belong to two positions of a hundred.
		if got := value.Size(value.Item{"k": tc.v}) - 1; got != tc.want {
			t.Errorf("%s: %d, want %d", value.Encode(value.Item{"k": tc.v}), got, tc.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"a":{"S":"x\u00e9"},"l":{"L":[{"N":"1"},{"M":{}}]},"s":{"SS":["a"]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		item, err := value.Decode(raw)
		if err != nil || value.CheckItem(item) != nil {
			return
		}
		again, err := value.Decode(value.Encode(item))
		if err != nil || !value.EqualItems(item, again) {
			t.Fatalf("%q becomes %q: %v", raw, value.Encode(item), err)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, text := range []string{"0", "-1.5e3", "1e-130", ".5", "5."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := value.ParseNumber(text)
		if err != nil {
			return
		}
		again, err := value.ParseNumber(n.String())
		if err != nil || again.Compare(n) != 0 || again.String() != n.String() {
			t.Fatalf("%q is %s and then %s: %v", text, n, again, err)
		}
	})
}
