package queues_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
	"github.com/keyvex/keyvex/internal/queues"
	"github.com/keyvex/keyvex/internal/tui/page"
)

func nothing(*screen) {}

func TestThePageInEachState(t *testing.T) {
	open(t, func(s *screen) { s.slow = time.Minute }, func(_ *testing.T, s *screen) {
		s.Golden("loading")
		s.Press("enter")
		s.Golden("loading-letters")
	})
	open(t, nothing, func(_ *testing.T, s *screen) {
		s.Golden("healthy")
		s.letters()
		s.Golden("no-letters")
	})
	open(t, func(s *screen) { s.die(14, "openai 401 Incorrect API key provided") }, func(_ *testing.T, s *screen) {
		s.Golden("broken")
		s.letters()
		s.Golden("letters")
		s.Press("enter")
		s.Golden("letter")
	})
	open(t, func(s *screen) {
		s.refuse = problem.New(problem.Credentials, "the session of profile keyvex-prod ended at 02:00").WithHint("aws sso login --profile keyvex-prod")
	}, func(_ *testing.T, s *screen) { s.Golden("unreachable") })
	open(t, func(s *screen) {
		// As package cloud says it, in the words that the SDK puts around it.
		s.fail = &smithy.OperationError{ServiceID: "SQS", OperationName: "GetQueueUrl", Err: problem.New(problem.NotFound, "SQS GetQueueUrl: the specified queue does not exist")}
	}, func(_ *testing.T, s *screen) { s.Golden("empty") })
	denied := problem.New(problem.Credentials, "you may not call sqs:GetQueueAttributes").WithHint("ask for it")
	open(t, func(s *screen) { s.die(14, "openai 401 Incorrect API key provided") }, func(_ *testing.T, s *screen) {
		s.fail = denied
		s.Advance(6 * time.Second)
		s.Golden("failing")
	})
	open(t, func(s *screen) { s.fail = denied }, func(_ *testing.T, s *screen) {
		s.Golden("denied")
		s.letters()
		s.Golden("denied-letters")
	})
}

func TestWhatIsDeniedIsReadAgainAndOldValuesStay(t *testing.T) {
	open(t, func(s *screen) { s.die(3, "openai 401") }, func(t *testing.T, s *screen) {
		s.sees("3 dead letters")
		s.fail = problem.New(problem.Credentials, "you may not call sqs:GetQueueAttributes")
		s.Advance(6 * time.Second)
		s.sees("you may not call", "as of 00:00:02", "? ", "email ")
		if strings.Contains(s.Screen(), "●") {
			t.Errorf("a stale green\n%s", s.Screen())
		}
		s.fail = nil
		s.Advance(6 * time.Second)
		s.sees("3 dead letters")
	})
}

func TestADeadLetterIsHealedInThreeKeys(t *testing.T) {
	open(t, func(s *screen) { s.die(1, "openai 500") }, func(t *testing.T, s *screen) {
		s.Press("G", "enter") // as the Overview's verdict leads to them
		s.Advance(3 * time.Second)
		s.sees("openai 500")
		s.Press("a", "r")
		s.Advance(5 * time.Second)
		s.sees("no dead letters")
		if dead, source := s.count(s.env.DeadLetterQueueName(platform.Email)), s.count(s.env.QueueName(platform.Email)); dead != "0+0" || source != "1+0" {
			t.Errorf("%s dead, %s in the queue", dead, source)
		}
	})
}

func TestACanaryIsAwaitedWhileTheOthersWait(t *testing.T) {
	open(t, func(s *screen) { s.die(14, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.pick("r")
		s.sees("Redrive 14 dead letters to email?")
		s.confirm()
		s.Advance(3 * time.Second)
		s.sees("the canary ", "being moved")
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { s.consume(ctx, ""); close(over) }()
		s.Advance(20 * time.Second)
		s.sees("email-dlq: no dead letters")
		cancel()
		<-over
		if dead := s.count(s.env.DeadLetterQueueName(platform.Email)); dead != "0+0" {
			t.Errorf("%s are dead", dead)
		}
	})
}

func TestACanaryThatFailsLeavesTheOthersAndSaysWhy(t *testing.T) {
	open(t, func(s *screen) { s.die(14, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { s.consume(ctx, "openai 401 again"); close(over) }()
		s.pick("r")
		s.confirm()
		s.Advance(15 * time.Second)
		s.sees("the canary failed again", "13 dead letters")
		cancel()
		<-over
	})
}

func TestAMarkOfAMessageThatIsGoneIsForgotten(t *testing.T) {
	open(t, func(s *screen) { s.die(14, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("tab", "space")
		s.sees("14 marked")
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { s.consume(ctx, "openai 401 again"); close(over) }()
		s.pick("r")
		s.confirm()
		s.Advance(15 * time.Second)
		s.sees("the canary failed again", "13 marked")
		cancel()
		<-over
	})
}

func TestARedriveThatWasCutOffIsCarriedOn(t *testing.T) {
	open(t, func(s *screen) {
		s.die(30, "openai 401")
		for e := range s.queues().Redrive(s.t.Context(), queues.Name{Queue: platform.Email}, queues.RedriveOptions{Selection: queues.Selection{Max: 25}}) {
			if e.Moved >= 10 {
				break
			}
		}
	}, func(t *testing.T, s *screen) {
		s.letters()
		s.sees("20 dead letters", "a redrive is not finished, a carries it on")
		s.pick("c")
		s.sees("Carry on the redrive to email?")
		s.confirm()
		s.Advance(8 * time.Second)
		s.sees("5 dead letters")
		if strings.Contains(s.Screen(), "not finished") {
			t.Errorf("it is over\n%s", s.Screen())
		}
	})
}

func TestARedriveGoesOnWhenThePageIsLeftAndIsAskedAboutAtTheEnd(t *testing.T) {
	open(t, func(s *screen) { s.die(14, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.pick("r")
		s.confirm()
		s.Advance(2 * time.Second)
		s.Press("2")
		s.sees("this is logs")
		s.Press("ctrl+c")
		s.sees("Leave while this is at work?", "redriving email")
		s.Press("esc", "1")
		s.Advance(time.Second)
		s.sees("the canary ")
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() { s.consume(ctx, ""); close(over) }()
		s.Advance(20 * time.Second)
		s.sees("no dead letters")
		cancel()
		<-over
	})
}

func TestLeavingSaysThatWhatSQSMovesGoesOn(t *testing.T) {
	open(t, func(s *screen) { s.die(14, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.pick("s")
		s.Advance(time.Second)
		s.Type("staging")
		s.Press("enter", "ctrl+c")
		s.sees("Leave while this is at work?", "SQS moves email", "goes on without the console")
		s.Press("ctrl+c")
		if !s.Quit() {
			t.Error("it has not quit")
		}
	})
}

func TestTheCursorStaysWithItsMessageWhenAllAreReadAgain(t *testing.T) {
	open(t, func(s *screen) { s.die(30, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("j", "j", "j", "enter", "y")
		body := s.Clipboard()
		for _, whole := range []bool{true, false} {
			s.Press("r")
			s.Advance(5 * time.Second)
			if s.Press("y"); s.Clipboard() != body {
				t.Errorf("whole %t: it is on %s, want %s\n%s", whole, s.Clipboard(), body, s.Screen())
			}
			s.Press("esc")
		}
	})
}

func TestTheHeaderSaysHowOldTheQueuesAre(t *testing.T) {
	open(t, func(*screen) {}, func(t *testing.T, s *screen) {
		s.Advance(time.Second)
		s.sees("data 1s")
		s.fail = errors.New("no answer")
		s.Advance(time.Minute)
		s.sees("data 1m")
	})
}

func TestMarkedMessagesAloneAreMoved(t *testing.T) {
	open(t, func(s *screen) { s.die(5, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("space", "space")
		s.sees("2 marked")
		s.pick("r")
		s.Advance(8 * time.Second)
		s.sees("3 dead letters")
		if source := s.count(s.env.QueueName(platform.Email)); source != "2+0" {
			t.Errorf("%s in the queue", source)
		}
	})
}

func TestAFilterIsAnExpressionOrTextToLookFor(t *testing.T) {
	open(t, func(s *screen) {
		s.die(3, "openai 401")
		s.die(2, "sendgrid 503")
	}, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("/")
		s.Type(`error contains "sendgrid"`)
		s.Press("enter")
		s.sees("2 where error contains")
		s.Press("Y")
		if want := `keyvex queues peek email-dlq --where 'error contains "sendgrid"' -e staging`; s.Clipboard() != want {
			t.Errorf("copied %s, want %s", s.Clipboard(), want)
		}
		s.Press("esc", "/")
		s.Type("lead1@")
		s.Press("enter")
		s.sees("2 containing lead1@")
		s.pick("r")
		s.Advance(8 * time.Second)
		if source := s.count(s.env.QueueName(platform.Email)); source != "2+0" {
			t.Errorf("%s in the queue", source)
		}
	})
}

func TestDeadLettersAreGroupedByCauseAndAGroupIsMarkedAsAWhole(t *testing.T) {
	open(t, func(s *screen) {
		s.build = "3f2c1a9b"
		s.die(5, "openai 401 Incorrect API key provided")
		s.build = platform.ShortBuild(deployed)
		s.die(2, "sendgrid 503")
	}, func(t *testing.T, s *screen) {
		s.letters()
		s.sees("2 causes, tab")
		s.Press("tab")
		s.Golden("causes")
		s.sees("3f2c1a9b before", "8d07b42a now")
		s.Press("Y")
		if want := "keyvex queues causes email-dlq -e staging"; s.Clipboard() != want {
			t.Errorf("copied %s, want %s", s.Clipboard(), want)
		}
		s.Press("j", "space")
		s.sees("2 marked")
		s.Press("space")
		if strings.Contains(s.Screen(), "marked") {
			t.Errorf("marks stay\n%s", s.Screen())
		}
		s.Press("space")
		s.pick("r")
		s.Advance(8 * time.Second)
		s.sees("5 dead letters, all: openai 401")
		if source := s.count(s.env.QueueName(platform.Email)); source != "2+0" {
			t.Errorf("%s in the queue", source)
		}
	})
}

func TestACauseIsEnteredAndItsMessagesAloneAreMeant(t *testing.T) {
	open(t, func(s *screen) {
		s.die(5, "openai 401")
		s.die(2, "sendgrid 503")
	}, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("tab", "j", "enter")
		s.sees("2 of one cause", "sendgrid 503")
		if strings.Count(s.Screen(), "openai 401") > 1 { // in the summary
			t.Errorf("others are shown\n%s", s.Screen())
		}
		s.Press("a")
		s.sees("redrive 2 such dead letters")
		s.Press("esc", "esc")
		s.sees("tab shows them one by one")
		s.Press("esc")
		s.sees("2 causes, tab")
		s.Press("esc")
		s.sees("7 dead letters, enter shows why")
	})
}

func TestOneMessageIsReadAfterTheOther(t *testing.T) {
	var ids []string
	open(t, func(s *screen) { ids = s.die(3, "openai 401") }, func(_ *testing.T, s *screen) {
		s.letters()
		s.Press("enter", "n", "n", "n", "N")
		s.sees(ids[1])
	})
}

func TestADeadMessageLeadsToItsLogsAndBack(t *testing.T) {
	open(t, func(s *screen) { s.die(3, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("j", "l")
		if s.to != page.Logs || s.went.Function != platform.EmailProcessor || !strings.HasPrefix(s.went.RequestID, "req-"+s.went.MessageID[:8]) || s.went.From.IsZero() {
			t.Errorf("went to %s with %+v", s.to, s.went)
		}
		id := s.went.MessageID
		s.Press("esc")
		s.sees("▸ "+id[:8], "openai 401")
	})
}

func TestAPurgeExportsAndTakesTheNameTyped(t *testing.T) {
	open(t, func(s *screen) { s.die(4, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.pick("x")
		s.Advance(time.Second)
		s.sees("Delete all of email-dlq?")
		s.Press("y", "enter")
		s.Type("staging")
		s.Press("enter")
		s.Advance(8 * time.Second)
		s.sees("no dead letters")
		files, _ := filepath.Glob(filepath.Join(s.folder, "email-dlq-*.jsonl"))
		if len(files) != 1 {
			t.Fatalf("exports: %v", files)
		}
		if text, err := os.ReadFile(files[0]); err != nil || strings.Count(string(text), "\n") != 4 {
			t.Errorf("%v: %s", err, text)
		}
	})
}

func TestMarkedMessagesAloneAreDeletedAfterAnExport(t *testing.T) {
	open(t, func(s *screen) { s.die(4, "openai 401") }, func(t *testing.T, s *screen) {
		s.letters()
		s.Press("space")
		s.pick("x")
		s.Advance(time.Second)
		s.sees("Delete 1 marked dead letter of email-dlq?")
		s.Type("staging")
		s.Press("enter")
		s.Advance(8 * time.Second)
		s.sees("3 dead letters")
		if strings.Contains(s.Screen(), "marked") {
			t.Errorf("the mark stays\n%s", s.Screen())
		}
		files, _ := filepath.Glob(filepath.Join(s.folder, "email-dlq-*.jsonl"))
		if len(files) != 1 {
			t.Fatalf("exports: %v", files)
		}
		if text, err := os.ReadFile(files[0]); err != nil || strings.Count(string(text), "\n") != 1 {
			t.Errorf("%v: %s", err, text)
		}
	})
}

func TestAConsumerIsPausedAndThatIsSeenUntilItIsResumed(t *testing.T) {
	open(t, nothing, func(t *testing.T, s *screen) {
		s.Press("G")
		s.pick("p")
		s.confirm()
		s.Advance(2 * time.Second)
		s.sees("paused: email-processor")
		s.pick("p")
		s.Advance(2 * time.Second)
		s.sees("no dead letters")
		if s.paused[platform.EmailProcessor] {
			t.Error("it is still paused")
		}
	})
}

func TestWhatLeavesTheDeadLettersAloneCountsAsNoReceive(t *testing.T) {
	open(t, func(s *screen) { s.die(2, "openai 401") }, func(_ *testing.T, s *screen) {
		s.letters()
		s.sees("2 receives")
		s.pick("p")
		s.confirm()
		s.Advance(5 * time.Second)
		s.sees("email-processor does not take messages", "2 receives")
	})
}

func TestTheLinkIsOfTheQueueThatIsShown(t *testing.T) {
	open(t, func(s *screen) { s.die(1, "openai 401") }, func(t *testing.T, s *screen) {
		s.host.Where.Region, s.host.Where.Account = "us-east-1", "482100000912"
		s.Press("g", "o")
		if got, want := s.Clipboard(), "keyvex-ai-processing-queue-staging"; !strings.HasSuffix(got, want) {
			t.Errorf("copied %q, want %s at its end", got, want)
		}
		s.letters()
		s.Press("o")
		if got, want := s.Clipboard(), "keyvex-email-dlq-staging"; !strings.HasSuffix(got, want) {
			t.Errorf("copied %q, want %s at its end", got, want)
		}
	})
}

func TestAJumpLeadsToTheMessageAndBack(t *testing.T) {
	var ids []string
	open(t, func(s *screen) { ids = s.die(12, "openai 401") }, func(t *testing.T, s *screen) {
		s.leads = page.Target{Queue: "email-dlq", MessageID: ids[7]}
		s.Press("2", "enter")
		s.Advance(5 * time.Second)
		s.sees("▸ "+ids[7][:8], "logs › email-dlq")
		s.Press("esc")
		s.sees("this is logs")
		s.leads = page.Target{Queue: "analytics"}
		s.Press("enter")
		s.Advance(time.Second)
		s.sees("▸●  analytics")
	})
}

func TestAReadingIsGivenBackWhenThePageIsLeft(t *testing.T) {
	open(t, func(s *screen) { s.die(40, "openai 401") }, func(t *testing.T, s *screen) {
		s.Press("G", "enter")
		s.Press("esc")
		s.Advance(time.Second)
		if dead := s.count(s.env.DeadLetterQueueName(platform.Email)); dead != "40+0" {
			t.Errorf("%s are dead: ready and hidden", dead)
		}
	})
}

// TestNoKeysBreakThePage presses keys and resizes at random: the driver holds each
// frame to its size.
func TestNoKeysBreakThePage(t *testing.T) {
	names := []string{"enter", "esc", "j", "k", "g", "G", "pgdown", "pgup", "space", "a", "r", "e", "s", "x", "p", "w", "y", "n", "/", "l", "m", "1", "2", "tab", "backspace", "Y", "t", "f"}
	for seed := range uint64(4) {
		open(t, func(s *screen) { s.die(15, "openai 401") }, func(_ *testing.T, s *screen) {
			random := rand.New(rand.NewPCG(seed, 1))
			for range 400 {
				switch random.IntN(12) {
				case 0:
					s.Resize(1+random.IntN(120), 1+random.IntN(40))
				case 1:
					s.Advance(time.Second)
				case 2:
					s.Click(random.IntN(100), random.IntN(30))
				default:
					s.Press(names[random.IntN(len(names))])
				}
			}
		})
	}
}
