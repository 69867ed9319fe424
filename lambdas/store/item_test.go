package store

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhatIsEncodedIsDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
		want := Message{
			ID: rapid.String().Draw(t, "id"), Text: rapid.String().Draw(t, "text"), At: at, InputTokens: rapid.Int().Draw(t, "tokens"),
		}
		in, err := encode(want, key("p", "s"), expires(at))
		if err != nil {
			t.Fatal(err)
		}
		var got Message
		if err := decode(in, &got); err != nil || got != want {
			t.Fatalf("got %+v, %v; want %+v", got, err, want)
		}
		if !expiry(in).Equal(at.Truncate(time.Second)) {
			t.Fatalf("expires %v, want %v", expiry(in), at)
		}
	})
}

func TestPartsOfATextFitAndJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.String().Draw(t, "text")
		size := rapid.IntRange(4, 20).Draw(t, "size")
		parts := split(whole, size)
		if strings.Join(parts, "") != whole {
			t.Fatalf("%q is cut into %q", whole, parts)
		}
		for _, part := range parts {
			if len(part) > size || strings.ToValidUTF8(part, "") != part {
				t.Fatalf("%q of at most %d bytes is cut into %q", whole, size, parts)
			}
		}
	})
}

func TestKeysSortByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Time {
			zone := time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)
			return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).In(zone)
		}
		a, b := draw("a"), draw("b")
		if a.Before(b) != (stamp(a) < stamp(b)) {
			t.Fatalf("%v and %v as %s and %s", a, b, stamp(a), stamp(b))
		}
	})
}
