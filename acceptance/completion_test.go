package acceptance

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestBashCompletes presses the tab key in a bash that has no bash-completion
// package, as on many machines.
func TestBashCompletes(t *testing.T) {
	bash := needs(t, "bash", "its completion is not tried")
	h := newHome(t)
	h.write("keyvex.toml", "[environments.staging]\n[environments.pr-42]\n")
	const press = `source <(keyvex completion bash)
complete -p keyvex
compopt() { :; } # works in a completion alone, which this is not
press() {
    COMP_WORDS=("$@") COMP_CWORD=$(( $# - 1 )) COMP_LINE="$*" COMP_TYPE=9 COMPREPLY=()
    COMP_POINT=${#COMP_LINE}
    __start_keyvex
    for reply in "${COMPREPLY[@]}"; do echo "$* => ${reply%% *}"; done
}
press keyvex dep
press keyvex deploy --sta
press keyvex deploy --stack Mon
press keyvex status -e ""
press keyvex local ""
press keyvex completion f
`
	h.with("PATH=" + filepath.Dir(binary) + ":/usr/bin:/bin")
	out := h.exec(bash, "--norc", "-c", press)
	for _, want := range []string{
		"__start_keyvex keyvex", "keyvex dep => deploy", "keyvex deploy --sta => --stack", "keyvex deploy --stack Mon => Monitoring",
		"keyvex status -e  => local", "keyvex status -e  => staging", "keyvex status -e  => pr-42",
		"keyvex local  => up", "keyvex local  => reset", "keyvex completion f => fish",
	} {
		if !strings.Contains(out.stdout, want+"\n") {
			t.Errorf("missing %q in\n%s%s", want, out.stdout, out.stderr)
		}
	}
	if out.stderr != "" {
		t.Errorf("bash complains: %s", out.stderr)
	}
}
