package sandbox

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func TestAddressesMoveWithThePlatform(t *testing.T) {
	folder := t.TempDir()
	at := func(endpoint string) *Sandbox {
		s, err := New(Options{Folder: folder, Endpoint: endpoint})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	value := func(s *Sandbox, name string) string {
		out, err := s.SSM.GetParameter(t.Context(), &ssm.GetParameterInput{Name: &name})
		if err != nil {
			t.Fatal(err)
		}
		return aws.ToString(out.Parameter.Value)
	}
	s := at("http://127.0.0.1:4599")
	for name, text := range map[string]string{
		"/socket": "ws://127.0.0.1:4599/_aws/execute-api/abc/dev", "/rest": "http://127.0.0.1:4599/_aws/execute-api/def/dev",
		"/other": "http://127.0.0.1:45991/x",
	} {
		if _, err := s.SSM.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &text, Type: types.ParameterTypeString}); err != nil {
			t.Fatal(err)
		}
	}
	for _, endpoint := range []string{"http://127.0.0.1:40001", "http://127.0.0.1:40001", "http://127.0.0.1:4599"} {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = at(endpoint)
		address := strings.TrimPrefix(endpoint, "http://")
		for name, want := range map[string]string{
			"/socket": "ws://" + address + "/_aws/execute-api/abc/dev", "/rest": "http://" + address + "/_aws/execute-api/def/dev",
			"/other": "http://127.0.0.1:45991/x",
		} {
			if got := value(s, name); got != want {
				t.Errorf("at %s, %s is %q, want %q", endpoint, name, got, want)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
