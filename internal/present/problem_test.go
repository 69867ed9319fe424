package present

import (
	"errors"
	"fmt"
	"testing"

	"github.com/keyvex/keyvex/internal/problem"
)

func TestAProblemSpeaksForItself(t *testing.T) {
	denied := problem.New(problem.Credentials, "SQS GetQueueUrl: \x1b[31mAccessDenied").WithHint("another profile")
	wrapped := fmt.Errorf("operation error SQS: GetQueueUrl, %w", denied)
	for _, test := range []struct {
		err        error
		text, hint string
	}{
		{denied, "SQS GetQueueUrl:  [31mAccessDenied", "another profile"},
		{wrapped, "SQS GetQueueUrl:  [31mAccessDenied", "another profile"},
		{errors.Join(wrapped, errors.New("more")), "SQS GetQueueUrl:  [31mAccessDenied", "another profile"},
		{errors.New("no route\nto host"), "no route to host", ""},
	} {
		if text, hint := ProblemWords(test.err); text != test.text || hint != test.hint {
			t.Errorf("%v: %q, %q, want %q, %q", test.err, text, hint, test.text, test.hint)
		}
	}
}
