package dotenv

import (
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"
)

// Render writes the groups as lines of a .env file: a heading for each group, and
// a comment line above a variable that needs one. What keyvex does not know stays
// commented out, so that it never hides a value given elsewhere.
func Render(groups []Group) []string { return renderKeeping(groups, nil) }

// renderKeeping puts the lines of kept in place of unknown variables.
func renderKeeping(groups []Group, kept map[string][]string) []string {
	var lines []string
	for i, group := range groups {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "# "+group.Title)
		previous := ""
		for _, entry := range group.Entries {
			lines = append(lines, entry.lines(previous, kept[entry.Name])...)
			previous = entry.Comment
		}
	}
	return lines
}

// lines leaves out a comment that stands above the previous variable already.
func (e Entry) lines(previous string, kept []string) []string {
	var lines []string
	if !e.Known {
		lines = append(lines, "# "+e.Name+": "+e.Comment)
		if kept != nil {
			return append(lines, kept...)
		}
		return append(lines, "# "+e.Name+"=")
	}
	if e.Comment != "" && e.Comment != previous {
		lines = append(lines, "# "+e.Comment)
	}
	return append(lines, e.Name+"="+quote(e.Value))
}

var plain = lazy.Regexp(`^[A-Za-z0-9_./:@%+=,?&~-]*$`)

// quote keeps a value whole for the readers of .env files, as measured on dotenv 18
// and @next/env 16. They know no escapes but \n and \r between double quotes, so the
// quotes are those that the value does not have; Next.js expands $ between any of
// them, where a backslash takes its meaning away. A shell reads the same, but for $
// and for values with both kinds of quotes, which no notation gives all of them.
func quote(value string) string {
	if plain().MatchString(value) {
		return value
	}
	value = strings.ReplaceAll(value, "$", `\$`)
	switch {
	case !strings.Contains(value, "'"):
		return "'" + value + "'"
	case !strings.ContainsAny(value, "\"\\`"):
		return `"` + value + `"`
	}
	return "`" + value + "`"
}
