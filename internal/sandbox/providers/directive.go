package providers

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/lazy"
)

// directives are what a prompt says is to go wrong.
type directives struct {
	// status is the HTTP status of the error, 0 for none; retryAfter is in
	// seconds, empty for none.
	status      int
	retryAfter  string
	once        bool
	stall, slow time.Duration
	cut, refuse bool
	// words is how long the answer is to be, 0 for what suits.
	words int
}

var directive = lazy.Regexp(`\[\[([a-z]+)((?: [a-z0-9.]+)*)\]\]`)

// maxWords bounds an answer.
const maxWords = 10_000

// directed reads the directives of a prompt. What is none is text.
func directed(prompt string) directives {
	var d directives
	for _, found := range directive().FindAllStringSubmatch(prompt, -1) {
		arguments := strings.Fields(found[2])
		d.add(found[1], arguments)
	}
	return d
}

func (d *directives) add(verb string, arguments []string) {
	argument := func(i int) string {
		if i < len(arguments) {
			return arguments[i]
		}
		return ""
	}
	switch verb {
	case "once":
		d.once = true
		if len(arguments) > 0 {
			d.add(arguments[0], arguments[1:])
		}
	case "status":
		if n, _ := strconv.Atoi(argument(0)); n >= http.StatusBadRequest && n <= 599 {
			d.status, d.retryAfter = n, argument(1)
		}
	case "stall":
		d.stall, _ = time.ParseDuration(argument(0))
	case "slow":
		d.slow, _ = time.ParseDuration(argument(0))
	case "cut":
		d.cut = true
	case "refuse":
		d.refuse = true
	case "words":
		n, _ := strconv.Atoi(argument(0))
		d.words = min(max(n, 0), maxWords)
	}
}

// directives are those that hold for this request.
func (s *Service) directives(prompt string) directives {
	d := directed(prompt)
	if !d.once {
		return d
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[prompt] {
		return directives{words: d.words}
	}
	s.seen[prompt] = true
	return d
}
