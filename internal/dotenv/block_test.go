package dotenv

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

var local = Place{
	Environment: platform.Environment{Name: platform.Local, Tier: platform.Development},
	Account:     "000000000000", Region: "us-east-1",
	Endpoint: "http://127.0.0.1:4599", AccessKeyID: "AKIALOCAL", SecretKey: "localkey",
}

func edit(t interface{ Fatal(...any) }, document string, place Place) string {
	out, _, err := Edit([]byte(document), place.Environment, Resolve(place, deployed()))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// lines draws what stands in people's .env files, and some that should not.
var lines = rapid.SampledFrom([]string{
	"", " ", "# a comment", "FOO=bar", "export AWS_REGION=eu-west-1", "OPENAI_API_KEY=sk-mine", "  X = 'y # z'",
	"MULTI=\"a", "b\"", "not an assignment", "\xff\xfe", "# >>>keyvex", "# <<< keyvexed", "\ufeffBOM=1", "=", "A=`", "\r",
})

func TestNothingOutsideTheBlockEverChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		eol := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "eol")
		before := strings.Join(rapid.SliceOf(lines).Draw(t, "before"), eol)
		after := strings.Join(rapid.SliceOf(lines).Draw(t, "after"), eol)
		first := edit(t, before, development)
		if !strings.HasPrefix(first, before) {
			t.Fatalf("%q became %q", before, first)
		}
		document := first + after
		for _, place := range []Place{local, development, development} {
			next := edit(t, document, place)
			if !strings.HasPrefix(next, before) || !strings.HasSuffix(next, after) {
				t.Fatalf("outside changed: %q became %q", document, next)
			}
			if again := edit(t, next, place); again != next {
				t.Fatalf("the second write changed %q to %q", next, again)
			}
			document = next
		}
		if document != first+after {
			t.Fatalf("there and back differs: %q, %q", first+after, document)
		}
	})
}

func FuzzEditKeepsWhatIsOutside(f *testing.F) {
	f.Add([]byte("A=1\n# >>> keyvex dev: x\nOPENAI_API_KEY=sk\n# <<< keyvex\nB=2"))
	f.Add([]byte("# >>> keyvex\nA='\n# <<< keyvex"))
	f.Fuzz(func(t *testing.T, document []byte) {
		groups := Resolve(development, deployed())
		out, _, err := Edit(document, development.Environment, groups)
		if err != nil {
			if problem.KindOf(err) != problem.Usage {
				t.Fatalf("%v", err)
			}
			return
		}
		before, _, after, err := split(out)
		wantBefore, old, wantAfter, _ := split(document)
		if err != nil || !bytes.Equal(after, wantAfter) || !bytes.HasPrefix(before, wantBefore) || old != nil && !bytes.Equal(before, wantBefore) {
			t.Fatalf("%q became %q, %v", document, out, err)
		}
		if again, _, _ := Edit(out, development.Environment, groups); !bytes.Equal(again, out) {
			t.Fatalf("the second write changed %q to %q", out, again)
		}
	})
}

func TestValuesFilledInInsideTheBlockAreKept(t *testing.T) {
	document := edit(t, "", development)
	document = strings.Replace(document, "# OPENAI_API_KEY=\n", "OPENAI_API_KEY=sk-mine\n", 1)
	document = strings.Replace(document, "# CLERK_SECRET_KEY=\n", "CLERK_SECRET_KEY=\"two\nlines\"\n", 1)
	document = strings.Replace(document, "AWS_REGION=us-east-1\n", "AWS_REGION=eu-west-1\nMY_OWN=1\n", 1)
	got := edit(t, document, development)
	for _, want := range []string{"\nOPENAI_API_KEY=sk-mine\n", "\nCLERK_SECRET_KEY=\"two\nlines\"\n", "\nAWS_REGION=us-east-1\n", keptHeading + "\nMY_OWN=1\n" + endMarker} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "# OPENAI_API_KEY=\n") || strings.Contains(got, "eu-west-1") {
		t.Errorf("left over in\n%s", got)
	}
	if again := edit(t, got, development); again != got {
		t.Errorf("not idempotent:\n%s", again)
	}
}

func TestTheLocalPlatformsValuesDoNotOutliveIt(t *testing.T) {
	got := edit(t, edit(t, "", local), development)
	for _, never := range []string{"127.0.0.1", "AKIALOCAL", "localkey"} {
		if strings.Contains(got, never) {
			t.Errorf("development kept %s:\n%s", never, got)
		}
	}
}

func TestABrokenBlockIsRefused(t *testing.T) {
	for _, test := range []struct{ name, document, line string }{
		{"no end", "A=1\n# >>> keyvex local: x\nB=2\n", "line 2"},
		{"no begin", "A=1\n# <<< keyvex\n", "line 2"},
		{"begin twice", "# >>> keyvex a\n# >>> keyvex b\n# <<< keyvex\n", "line 2"},
		{"two blocks", "# >>> keyvex a\n# <<< keyvex\n# >>> keyvex b\n# <<< keyvex\n", "line 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Edit([]byte(test.document), local.Environment, Resolve(local, deployed()))
			if !problem.Is(err, problem.Usage) || !strings.Contains(err.Error(), test.line) {
				t.Errorf("got %v, want a usage problem at %s", err, test.line)
			}
		})
	}
}

func TestAVariableSetTwiceIsReported(t *testing.T) {
	document := "FOO=1\nAWS_REGION=eu-west-1\n" + edit(t, "", development) + "REDIS_PORT=1\nOPENAI_API_KEY=sk\n"
	out, shadows, err := Edit([]byte(document), development.Environment, Resolve(development, deployed()))
	if err != nil {
		t.Fatal(err)
	}
	line := 1 + slices.Index(strings.Split(string(out), "\n"), "REDIS_PORT=1")
	want := []Shadow{{"AWS_REGION", 2, false}, {"REDIS_PORT", line, true}}
	if !slices.Equal(shadows, want) {
		t.Errorf("got %+v, want %+v", shadows, want)
	}
}
