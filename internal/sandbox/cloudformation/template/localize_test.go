package template_test

import (
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

func TestSubAndJoinGiveLocalAddresses(t *testing.T) {
	s := &template.Scope{
		Parameters: map[string]any{"Api": "abc"},
		Localize:   func(text string) string { return strings.ReplaceAll(text, "wss://abc.aws", "ws://here/abc") },
	}
	for _, c := range []struct{ value, want any }{
		{map[string]any{"Fn::Sub": "wss://${Api}.aws/dev"}, "ws://here/abc/dev"},
		{map[string]any{"Fn::Join": []any{"", []any{"wss://", map[string]any{"Ref": "Api"}, ".aws"}}}, "ws://here/abc"},
		{"wss://abc.aws", "wss://abc.aws"},
	} {
		if got, err := s.Eval(c.value); err != nil || got != c.want {
			t.Errorf("%v is %v %v", c.value, got, err)
		}
	}
}
