package secrets

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/problem"
)

// The expected values are what dotenv (npm, 16.x) documents of its parsing.
func TestDotenvFilesAreReadAsTheApplicationReadsThem(t *testing.T) {
	const file = "# a comment\n\nPLAIN=one two # comment\nexport EXPORTED = x\r\nHASH=a#b\nEMPTY=\n" +
		"SINGLE='a\\nb $c'\nDOUBLE=\"a\\nb \\\"q\\\"\" # c\nTICK=`a'b\"c`\nLINES=\"-----BEGIN\nmiddle\n-----END\"\nLAST=end"
	want := map[string]string{
		"PLAIN": "one two", "EXPORTED": "x", "HASH": "a#b", "EMPTY": "", "SINGLE": `a\nb $c`, "DOUBLE": "a\nb \"q\"",
		"TICK": `a'b"c`, "LINES": "-----BEGIN\nmiddle\n-----END", "LAST": "end",
	}
	entries, err := dotenvEntries([]byte(file))
	if err != nil || len(entries) != len(want) {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if got := string(e.value.Bytes()); got != want[e.name] {
			t.Errorf("%s is %q, want %q", e.name, got, want[e.name])
		}
	}
}

func TestKeysGoByPathNameOrVariable(t *testing.T) {
	for _, file := range []string{
		"ai.openai_api_key=" + openAIKey, "openai_api_key=" + openAIKey, "OPENAI_API_KEY='" + openAIKey + "'",
		`{"ai": {"openai_api_key": "` + openAIKey + `"}}`, `{"OPENAI_API_KEY": "` + openAIKey + `"}`, ` {"ai.openai_api_key": "` + openAIKey + `"}`,
	} {
		in, err := ParseImport([]byte(file))
		if err != nil || len(in.Changes) != 1 || in.Changes[0].Key.Path() != "ai.openai_api_key" || string(in.Changes[0].Value.Bytes()) != openAIKey {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestUnknownKeysAreListedAndErrorsQuoteNothing(t *testing.T) {
	in, err := ParseImport([]byte("FOO=1\nOPENAI_API_KEY=" + openAIKey + "\nBAR=2\n"))
	if err != nil || fmt.Sprint(in.Unknown) != "[FOO BAR]" || len(in.Changes) != 1 {
		t.Fatal(in.Unknown, err)
	}
	for _, bad := range []string{
		"OPENAI_API_KEY=" + canary, "A=1\n" + canary, "A='" + canary, "A='x' " + canary, `{"OPENAI_API_KEY": ["` + canary + `"]}`, `{"a": "` + canary,
		"OPENAI_API_KEY=" + openAIKey + "\nai.openai_api_key=" + openAIKey,
	} {
		_, err := ParseImport([]byte(bad))
		if !problem.Is(err, problem.Usage) || strings.Contains(fmt.Sprintf("%v %+v", err, err), canary) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestAFileThatIsRefusedLeavesNoValueBehind holds what was read of it before the error.
func TestAFileThatIsRefusedLeavesNoValueBehind(t *testing.T) {
	for _, bad := range []string{"OPENAI_API_KEY=" + openAIKey + "\nB", "OPENAI_API_KEY=" + openAIKey + "\nA='x", `{"openai_api_key":"` + openAIKey + `","b":1}`, `{"ai":{"openai_api_key":"` + openAIKey + `","b":1}}`} {
		entries, err := entriesOf([]byte(bad))
		if err == nil || len(entries) != 1 || string(entries[0].value.Bytes()) != openAIKey {
			t.Errorf("%s: what was read cannot be wiped: %v, %v", bad, entries, err)
		}
	}
}

func FuzzParseImport(f *testing.F) {
	for _, seed := range []string{"", "A=1", "A='x\ny'", "export A=\"\\n\"", "{}", `{"ai":{"openai_api_key":"x"}}`, "A", "=", "A=`", "\xff=\xfe"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		copied := bytes.Clone(file)
		entries, err := entriesOf(file)
		if !bytes.Equal(file, copied) {
			t.Fatal("the file was changed")
		}
		if err != nil && !problem.Is(err, problem.Usage) {
			t.Fatal(err)
		}
		for _, e := range entries {
			if len(e.value.Bytes()) > 3*len(file) || e.name == "" && !json.Valid(file) {
				t.Fatalf("%q from %q", e.name, file)
			}
		}
		_, _ = ParseImport(file)
	})
}

// FuzzDotenvRoundTrip writes a value between single quotes, where nothing is special.
func FuzzDotenvRoundTrip(f *testing.F) {
	f.Add("value", "other")
	f.Fuzz(func(t *testing.T, one, other string) {
		if strings.Contains(one+other, "'") {
			t.Skip()
		}
		entries, err := dotenvEntries([]byte("A='" + one + "'\n# c\nB='" + other + "'"))
		if err != nil || len(entries) != 2 || string(entries[0].value.Bytes()) != one || string(entries[1].value.Bytes()) != other {
			t.Fatalf("%q, %q: %v", one, other, err)
		}
	})
}
