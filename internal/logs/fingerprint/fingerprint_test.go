package fingerprint_test

import (
	"testing"
	"unicode/utf8"

	"github.com/keyvex/keyvex/internal/logs/fingerprint"
)

func TestWhatDiffersEachTimeIsReplaced(t *testing.T) {
	for message, want := range map[string]string{
		"Task timed out after 900.00 seconds":                                       "Task timed out after <n> seconds",
		"openai: key refused, status 401, invalid_api_key, request req_8af3bc1d22e": "openai: key refused, status 401, invalid_api_key, request req_<id>",
		"request req_011CSHoEeqs5C35K2UUqR7Fy":                                      "request req_<id>",
		"openai: overloaded, status 529":                                            "openai: overloaded, status 529",
		"job-36406975069fee43 of 6557b551-2d8c-009e-aaaa-c3249b0a15ac":              "job-<id> of <id>",
		"dial tcp 10.0.3.17:443: i/o timeout":                                       "dial tcp <ip>: i/o timeout",
		"since 2026-11-22T23:47:08.029Z,  for\n20ms and 3.5s":                       "since <time>, for <n>ms and <n>s",
		"no mail to ann.b+c@example.com":                                            "no mail to <mail>",
		"gpt-5.4-mini says x509: no, sha256":                                        "gpt-5.4-mini says x509: no, sha256",
		"at 0xc000123 +0x1f":                                                        "at <id> +<id>",
		"chunk 12/345 (7 left)":                                                     "chunk <n>/<n> (<n> left)",
		"":                                                                          "",
	} {
		if got := fingerprint.Of(message); got != want {
			t.Errorf("%q\n gives %q\n want  %q", message, got, want)
		}
	}
}

func TestIDsAreShortAndTheSameForTheSameText(t *testing.T) {
	a, b := fingerprint.ID("a"), fingerprint.ID("b")
	if a == b || len(a) != 12 || a != "ca978112ca1b" { // echo -n a | sha256sum
		t.Errorf("%s, %s", a, b)
	}
}

func FuzzOf(f *testing.F) {
	for _, seed := range []string{"status 401", "a-1.2.3", "2026-11-22T10:00Z x@y.z", "\xff\x00é 0x", "1.", "12ms3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, message string) {
		once := fingerprint.Of(message)
		if !utf8.ValidString(once) || len(once) > 2000 {
			t.Fatalf("%q", once)
		}
		if twice := fingerprint.Of(once); len(once) <= 400 && twice != once {
			t.Fatalf("%q becomes %q", once, twice)
		}
	})
}
