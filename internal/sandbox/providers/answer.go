package providers

import (
	"context"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// sentences are what answers are made of.
var sentences = []string{
	"Here is a short overview that you can refine as you learn more about your visitors.",
	"Start with the question that your customers ask most often and answer it first.",
	"The numbers suggest that a shorter form would bring in noticeably more leads.",
	"A clear headline and one visible button usually do more than a long page.",
	"You could compare two variants for a week and keep the one that converts better.",
	"Visitors who use the calculator twice are far more likely to leave their address.",
	"It helps to show a first result before you ask for any personal details.",
	"Consider grouping the inputs, so that nobody has to scroll to see the result.",
	"Most of the traffic comes from search, which is why the title matters so much.",
	"Keep the tone friendly and concrete, and avoid terms that only experts know.",
	"A follow-up message on the next day keeps the conversation going.",
	"The estimate is based on typical values and should be checked against your own.",
	"If the result surprises you, look at the assumptions in the second step.",
	"Small savings every month add up to a considerable amount over five years.",
	"Your audience prefers examples, so one worked case is worth adding.",
	"The next sensible step is to publish the tool and watch how it is used.",
}

// Answers are of shortest to longest words unless a directive says otherwise.
const (
	shortest = 20
	longest  = 60
)

// reply is the answer to a prompt: always the same for the same prompt.
func reply(prompt string, words int) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(prompt))
	random := rand.New(rand.NewPCG(sum.Sum64(), 0)) //nolint:gosec // repeatable on purpose
	if words == 0 {
		words = shortest + random.IntN(longest-shortest+1)
	}
	var out []string
	for len(out) < words {
		for _, i := range random.Perm(len(sentences)) {
			out = append(out, strings.Fields(sentences[i])...)
		}
	}
	return strings.TrimRight(strings.Join(out[:words], " "), ".,") + "."
}

// tokens is about as many as a text has: four for three words.
func tokens(text string) int { return (len(strings.Fields(text))*4 + 2) / 3 }

// limited cuts a text to about so many tokens, 0 being no limit, and reports
// whether it had to.
func limited(text string, limit int) (string, bool) {
	words := strings.Fields(text)
	if limit <= 0 || tokens(text) <= limit {
		return text, false
	}
	return strings.Join(words[:limit*3/4], " "), true
}

// The pace of an answer.
const (
	firstPiece = 3 * time.Millisecond
	eachPiece  = time.Millisecond
)

// pieces gives a text in pieces of a word or two, at the pace of a model that is
// quick, or as slow as the directives say. They end early when ctx is done, and
// midway with [[cut]].
func (s *Service) pieces(ctx context.Context, text string, d directives) iter.Seq[string] {
	return func(yield func(string) bool) {
		pause := firstPiece + d.stall
		words := strings.SplitAfter(text, " ")
		if text == "" {
			words = nil
		}
		if d.cut {
			words = words[:len(words)/2]
		}
		for i := 0; i < len(words); {
			if clock.Sleep(ctx, s.host.Clock, pause+d.slow) != nil {
				return
			}
			end := min(i+1+i%2, len(words))
			if !yield(strings.Join(words[i:end], "")) {
				return
			}
			i, pause = end, eachPiece
		}
	}
}
