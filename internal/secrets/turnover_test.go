package secrets

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/keyvex/keyvex/internal/clock"
	"github.com/keyvex/keyvex/internal/cloud"
	"github.com/keyvex/keyvex/internal/platform"
)

// use is a line of the AI processor that names a version, at a time after the write.
type use struct {
	after   time.Duration
	version string
}

// watched writes the lines as their time comes, and gives what Watch yielded and how
// long it took.
func watched(t *testing.T, uses ...use) (said string, took time.Duration) {
	t.Helper()
	s := session(t)
	logs, group := s.Logs(), development.FunctionLogGroup(platform.AIProcessor)
	if _, err := logs.CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group}); err != nil {
		t.Fatal(err)
	}
	if _, err := logs.CreateLogStream(t.Context(), &cloudwatchlogs.CreateLogStreamInput{LogGroupName: &group, LogStreamName: aws.String("s")}); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for _, u := range append(uses, use{-time.Minute, "old"}) {
		time.AfterFunc(u.after, func() { put(t, s, group, u.version) })
	}
	synctest.Wait()
	turnover := Turnover{
		Vault: &Vault{Environment: development, Clock: clock.Wall{}}, Logs: logs, Functions: []platform.Function{platform.AIProcessor},
		Written: Written{Version: "new", Previous: "old", Created: begun.Add(time.Millisecond)},
	}
	var lines []string
	for a, final := range turnover.Watch(t.Context(), begun, 2*Held) {
		at := a.At.Sub(begun)
		if a.At.IsZero() {
			at = 0
		}
		lines = append(lines, fmt.Sprint(a.State, " ", at, " ", final, a.Reason))
	}
	return strings.Join(lines, "\n"), time.Since(begun)
}

func put(t *testing.T, s *cloud.Session, group, version string) {
	line := fmt.Sprintf(`{"level":"INFO","msg":"asking the provider","secretVersion":%q}`, version)
	_, err := s.Logs().PutLogEvents(t.Context(), &cloudwatchlogs.PutLogEventsInput{
		LogGroupName: &group, LogStreamName: aws.String("s"),
		LogEvents: []logtypes.InputLogEvent{{Message: &line, Timestamp: aws.Int64(time.Now().UnixMilli())}},
	})
	if err != nil {
		t.Error(err)
	}
}

func TestFunctionsAreWaitedForUntilTheyUseTheNewVersion(t *testing.T) {
	for name, test := range map[string]struct {
		uses []use
		said string
		took time.Duration
	}{
		"used at once: an instance may hold the old one for a minute": {
			[]use{{3 * time.Second, "new"}}, "uses the new version 3s false", Held + logsLate,
		},
		"used late": {
			[]use{{78 * time.Second, "new"}}, "uses the new version 1m18s false", 80 * time.Second,
		},
		"not run since": {nil, "has not used the secret since 0s true", 2 * Held},
		"the old one first, by an instance that held it": {
			[]use{{20 * time.Second, "old"}, {68 * time.Second, "new"}},
			"last used the old version 20s false\nuses the new version 1m8s false", 70 * time.Second,
		},
		"the old one long after": {
			[]use{{5 * time.Second, "new"}, {90 * time.Second, "old"}},
			"uses the new version 5s false", Held + logsLate,
		},
		"the old one only": {
			[]use{{90 * time.Second, "old"}},
			"last used the old version 1m30s false\nlast used the old version 1m30s true", 2 * Held,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				said, took := watched(t, test.uses...)
				if said != test.said || took != test.took {
					t.Errorf("after %s:\n%s\nwant after %s:\n%s", took, said, test.took, test.said)
				}
			})
		})
	}
}

func TestALogThatCannotBeReadIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turnover := Turnover{
			Vault: &Vault{Environment: development, Clock: clock.Wall{}}, Logs: session(t).Logs(), Functions: []platform.Function{platform.EmailProcessor},
			Written: Written{Version: "new", Previous: "old", Created: time.Now()},
		}
		begun, yielded := time.Now(), 0
		for a, final := range turnover.Watch(t.Context(), begun, 2*Held) {
			if yielded++; a.State != Unknown || a.Reason == "" || final {
				t.Errorf("%+v", a)
			}
		}
		if took := time.Since(begun); yielded != 1 || took != Held+logsLate {
			t.Errorf("yielded %d times in %s", yielded, took)
		}
	})
}
