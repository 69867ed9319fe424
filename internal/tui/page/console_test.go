package page_test

import (
	"testing"

	"github.com/keyvex/keyvex/internal/present"
	"github.com/keyvex/keyvex/internal/tui/page"
)

func TestAPlaceInTheConsoleOfAWS(t *testing.T) {
	for where, want := range map[present.Where]string{
		{Environment: "staging", Region: "eu-west-1", Account: "482100000912"}: "https://eu-west-1.console.aws.amazon.com/sqs/v3/home?region=eu-west-1#/queues/" +
			"https%3A%2F%2Fsqs.eu-west-1.amazonaws.com%2F482100000912%2Fmine",
		{Environment: "staging"}:                    "",
		{Environment: "local", Region: "us-east-1"}: "",
	} {
		if got := (&page.Host{Where: where}).QueueConsole("mine"); got != want {
			t.Errorf("in %+v: %q, want %q", where, got, want)
		}
	}
}
