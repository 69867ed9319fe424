package sqs_test

import (
	"crypto/rand"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/keyvex/keyvex/internal/sandbox/oracle"
	"github.com/keyvex/keyvex/internal/sandbox/sqs"
	"github.com/keyvex/keyvex/internal/sandbox/state"
)

// reopened is a service on what a killed one left in the journal: nothing is
// closed.
func reopened(t *testing.T, path string) *sdk.Client {
	t.Helper()
	store, err := state.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	h := oracle.Host()
	h.State, h.Random = store, rand.Reader // ids that no earlier process gave
	service := sqs.New(h)
	t.Cleanup(service.Close)
	return sdk.NewFromConfig(oracle.Config(service.Wire()))
}

func TestMessagesSurviveAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		c := reopened(t, path)
		create(t, c, "dlq", nil)
		url := create(t, c, "q", map[string]string{"VisibilityTimeout": "60", "RedrivePolicy": redriveTo("dlq", 2)})
		send(t, c, url, "deleted", "in flight")
		got := receive(t, c, url, 0)
		remove(t, c, url, got[0])
		send(t, c, url, "visible")

		c = reopened(t, path)
		if got := counts(t, c, url); got != [3]string{"1", "1", "0"} {
			t.Fatalf("after the first kill: %v", got)
		}
		time.Sleep(60 * time.Second)
		if got := receive(t, c, url, 0); !slices.Equal(bodies(got), []string{"in flight", "visible"}) || got[0].Attributes["ApproximateReceiveCount"] != "2" {
			t.Fatalf("received %v", got)
		}

		c = reopened(t, path)
		time.Sleep(60 * time.Second)
		if got := receive(t, c, url, 0); !slices.Equal(bodies(got), []string{"visible"}) {
			t.Errorf("received %v, of which one is a dead letter", bodies(got))
		}
		c = reopened(t, path)
		if got := counts(t, c, "http://x/1/dlq"); got != [3]string{"1", "0", "0"} {
			t.Errorf("dead letters %v", got)
		}
	})
}

func TestDeduplicationAndOrderSurviveAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		c := reopened(t, path)
		url := fifo(t, c, nil)
		first := sendTo(t, c, url, "g", "1", "one")
		c = reopened(t, path)
		again := sendTo(t, c, url, "g", "1", "one")
		second := sendTo(t, c, url, "g", "2", "two")
		if *again.MessageId != *first.MessageId || *second.SequenceNumber <= *first.SequenceNumber {
			t.Errorf("%v, %v, %v", *first.SequenceNumber, *again.SequenceNumber, *second.SequenceNumber)
		}
		c = reopened(t, path)
		if got := bodies(receive(t, c, url, 0)); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("received %v", got)
		}
	})
}

func TestAMoveTaskGoesOnAfterAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		c := reopened(t, path)
		main, _ := deadLetters(t, c, 20)
		rate := int32(1)
		startMove(t, c, &rate)
		c = reopened(t, path)
		time.Sleep(30 * time.Second)
		if status, moved, _ := latestTask(t, c); status != "COMPLETED" || moved != 20 || counts(t, c, main)[0] != "20" {
			t.Errorf("task %s, %d moved, %v", status, moved, counts(t, c, main))
		}
	})
}
