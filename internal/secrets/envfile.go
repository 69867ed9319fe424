package secrets

import (
	"bytes"

	"github.com/keyvex/keyvex/internal/problem"
)

// dotenvEntries reads NAME=value lines as Next.js's dotenv does: "export" may stand in
// front, # begins a comment at the line's start or behind white space, values in single,
// double or back quotes may have several lines, and double quotes know \n, \r, \t, \" and \\.
func dotenvEntries(file []byte) ([]entry, error) {
	var out []entry
	for line := 1; len(file) > 0; {
		name, rest, found := assignment(file)
		if !found {
			if name == nil {
				return out, badLine(line, "is no NAME=value")
			}
			file, line = nextLine(file), line+1
			continue
		}
		value, after, ok := quotedOrPlain(rest)
		if !ok {
			return out, badLine(line, "has a quote that does not end, or text behind it")
		}
		out = append(out, entry{string(name), NewValue(value)})
		line += bytes.Count(file[:len(file)-len(after)], []byte("\n"))
		file = after
	}
	return out, nil
}

func badLine(line int, what string) error {
	return problem.New(problem.Usage, "line %d of the file %s, nothing was written", line, what).WithHint("a JSON object, or lines NAME=value")
}

func nextLine(file []byte) []byte {
	if i := bytes.IndexByte(file, '\n'); i >= 0 {
		return file[i+1:]
	}
	return nil
}

// assignment splits "NAME=" from what follows. A line that says nothing gives an empty
// name, one that is wrong none.
func assignment(file []byte) (name, rest []byte, found bool) {
	line, _, _ := bytes.Cut(file, []byte("\n"))
	trimmed := bytes.TrimSpace(line)
	if len(trimmed) == 0 || trimmed[0] == '#' {
		return []byte{}, nil, false
	}
	sign := bytes.IndexByte(line, '=')
	if sign < 0 {
		return nil, nil, false
	}
	name = bytes.TrimSpace(line[:sign])
	if after, ok := bytes.CutPrefix(name, []byte("export ")); ok {
		name = bytes.TrimSpace(after)
	}
	if len(name) == 0 || bytes.ContainsFunc(name, notInName) {
		return nil, nil, false
	}
	return name, file[sign+1:], true
}

func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-'
}

// quotedOrPlain reads a value and gives what follows its line.
func quotedOrPlain(file []byte) (value, after []byte, ok bool) {
	file = bytes.TrimLeft(file, " \t")
	if len(file) == 0 || bytes.IndexByte([]byte("\"'`"), file[0]) < 0 {
		line, _, _ := bytes.Cut(file, []byte("\n"))
		return bytes.Clone(bytes.TrimSpace(withoutComment(line))), nextLine(file), true
	}
	quote, value := file[0], make([]byte, 0, len(file))
	for at := 1; at < len(file); at++ {
		switch b := file[at]; {
		case b == quote:
			line, _, _ := bytes.Cut(file[at+1:], []byte("\n"))
			behind := bytes.TrimSpace(line)
			return value, nextLine(file[at+1:]), len(behind) == 0 || behind[0] == '#'
		case b == '\\' && quote == '"' && at+1 < len(file):
			at++
			value = append(value, escaped(file[at])...)
		default:
			value = append(value, b)
		}
	}
	return nil, nil, false
}

// escaped is what a backslash and the letter stand for between double quotes.
func escaped(letter byte) []byte {
	switch letter {
	case 'n', 'r', 't':
		return []byte{escapes[letter]}
	case '"', '\\', '$':
		return []byte{letter}
	}
	return []byte{'\\', letter}
}

func withoutComment(line []byte) []byte {
	for at, b := range line {
		if b == '#' && (at == 0 || line[at-1] == ' ' || line[at-1] == '\t') {
			return line[:at]
		}
	}
	return line
}
