package dotenv

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/keyvex/keyvex/internal/platform"
	"github.com/keyvex/keyvex/internal/problem"
)

const (
	beginMarker = "# >>> keyvex"
	endMarker   = "# <<< keyvex"
)

// Shadow is a variable that the block sets and the user's own part sets too. Of
// two assignments in a file, the later one counts.
type Shadow struct {
	Name string
	// Line is the user's, counted from 1.
	Line int
	// Wins reports that the user's line stands behind the block.
	Wins bool
}

// Edit replaces the managed block of a .env document, or appends one. Every byte
// outside the block stays as it is, but for a line break that a last line lacks.
// Values that the user filled in inside the block are kept where keyvex has none.
func Edit(document []byte, env platform.Environment, groups []Group) ([]byte, []Shadow, error) {
	before, old, after, err := split(document)
	if err != nil {
		return nil, nil, err
	}
	eol := lineBreak(document)
	if old != nil {
		eol = lineBreak(document[len(before):])
	}
	block := compose(env, groups, old)
	var out bytes.Buffer
	out.Write(before)
	if old == nil && len(before) > 0 {
		if before[len(before)-1] != '\n' {
			out.WriteString(eol)
		}
		out.WriteString(eol)
	}
	for _, line := range block {
		out.WriteString(line + eol)
	}
	shadows := shadowed(groups, before, 1, false)
	firstAfter := 1 + bytes.Count(out.Bytes(), []byte("\n"))
	out.Write(after)
	return out.Bytes(), append(shadows, shadowed(groups, after, firstAfter, true)...), nil
}

func compose(env platform.Environment, groups []Group, old []string) []string {
	kept, others := keep(env, old)
	lines := []string{fmt.Sprintf("%s %s: written by keyvex dotenv, your own lines go outside", beginMarker, env)}
	lines = append(lines, renderKeeping(groups, kept)...)
	if len(others) > 0 {
		lines = append(lines, "", keptHeading)
		lines = append(lines, others...)
	}
	return append(lines, endMarker)
}

const keptHeading = "# Found in this block, not keyvex's"

// keep finds the user's assignments in an old block: those of variables whose
// value only the user has, and those of names that keyvex does not know.
func keep(env platform.Environment, old []string) (kept map[string][]string, others []string) {
	kept = map[string][]string{}
	sameEnvironment := len(old) > 0 && strings.HasPrefix(old[0], beginMarker+" "+env.Name+":")
	sources := knownSources()
	for _, a := range assignments(old) {
		source, known := sources[a.name]
		switch {
		case !known:
			others = append(others, a.lines...)
		case source == platform.FromOwner, source == platform.FromSecret,
			(source == platform.FromCredentials || source == platform.FromAPIKey) && sameEnvironment && !env.IsLocal():
			kept[a.name] = append(kept[a.name], a.lines...)
		}
	}
	return kept, others
}

// knownSources covers variables of every environment: a block written for another
// one must not pass for the user's lines.
func knownSources() map[string]platform.VariableSource {
	out := map[string]platform.VariableSource{}
	for _, group := range platform.VariableGroups {
		for _, variable := range group.Variables {
			out[variable.Name] = variable.Source
		}
	}
	return out
}

// split cuts the document at the markers; old is nil where there is no block, and
// starts with the line of the begin marker otherwise.
func split(document []byte) (before []byte, old []string, after []byte, err error) {
	begin, end, offset, line := -1, -1, 0, 0
	for raw := range bytes.Lines(document) {
		line++
		text := strings.TrimRight(string(raw), " \t\r\n")
		inside := begin >= 0 && end < 0
		switch {
		case isMarker(text, beginMarker) && begin >= 0, isMarker(text, endMarker) && !inside:
			return nil, nil, nil, markerProblem(line, text)
		case isMarker(text, beginMarker):
			begin = offset
			old = []string{text}
		case isMarker(text, endMarker):
			end = offset + len(raw)
		case inside:
			old = append(old, strings.TrimRight(string(raw), "\r\n"))
		}
		offset += len(raw)
	}
	switch {
	case begin < 0:
		return document, nil, nil, nil
	case end < 0:
		return nil, nil, nil, markerProblem(1+bytes.Count(document[:begin], []byte("\n")), beginMarker)
	}
	return document[:begin], old, document[end:], nil
}

func isMarker(line, marker string) bool {
	rest, ok := strings.CutPrefix(line, marker)
	return ok && (rest == "" || rest[0] == ' ')
}

func markerProblem(line int, text string) error {
	return problem.New(problem.Usage, "line %d has the marker %q without its counterpart, nothing was written", line, text).
		WithHint("remove the markers and what is left of the block between them, then try again")
}

type assignment struct {
	name string
	// line is counted from 0; lines are more than one for a quoted value with
	// line breaks.
	line  int
	lines []string
}

var assigns = lazy.Regexp(`^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)$`)

func assignments(lines []string) []assignment {
	var out []assignment
	for i := 0; i < len(lines); i++ {
		match := assigns().FindStringSubmatch(lines[i])
		if match == nil {
			continue
		}
		last := i + openLines(match[2], lines[i+1:])
		out = append(out, assignment{match[1], i, lines[i : last+1]})
		i = last
	}
	return out
}

// openLines is how many of the following lines belong to a value that opens a
// quote on its first line and closes it later; 0 when nothing closes it.
func openLines(value string, following []string) int {
	if value == "" || !strings.ContainsRune("\"'`", rune(value[0])) || strings.Contains(value[1:], value[:1]) {
		return 0
	}
	return 1 + slices.IndexFunc(following, func(line string) bool { return strings.Contains(line, value[:1]) })
}

func shadowed(groups []Group, part []byte, firstLine int, wins bool) []Shadow {
	set := map[string]bool{}
	for _, group := range groups {
		for _, entry := range group.Entries {
			set[entry.Name] = entry.Known
		}
	}
	var out []Shadow
	for _, a := range assignments(strings.Split(string(part), "\n")) {
		if set[a.name] {
			out = append(out, Shadow{a.name, firstLine + a.line, wins})
		}
	}
	return out
}

func lineBreak(document []byte) string {
	first := bytes.IndexByte(document, '\n')
	if first > 0 && document[first-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}
