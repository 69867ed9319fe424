package metrics_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyvex/keyvex/internal/metrics"
)

func TestTheFirstSnapshotOfAHealthyEnvironment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range 20 {
			w.job("say something")
			time.Sleep(30 * time.Second)
		}
		s := w.collector(0).Once(t.Context())
		t.Logf("%+v", s.Verdict)
		for _, source := range s.Sources {
			t.Logf("%+v", source)
		}
		t.Logf("%+v", s.Functions[0])
		t.Logf("%+v", s.Jobs)
		t.Logf("%+v", s.Budget)
		t.Logf("%+v", s.Changes)
		if s.Verdict.Level != metrics.Healthy {
			t.Error(s.Verdict)
		}
	})
}
