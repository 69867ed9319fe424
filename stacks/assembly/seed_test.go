package assembly_test

import (
	_ "embed"
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/platform"
)

// seed is the specification of the platform.
//
//go:embed testdata/seed.md
var seed string

// specifying are the chapters of the seed of which every line is a requirement on
// the stacks.
var specifying = []string{
	"Architecture Overview", "Lambda Functions", "Database Schema", "Storage Buckets",
	"Monitoring and Alerts", "Cost Optimization", "Security Features",
}

// requirement is one line of the seed under its nearest heading.
type requirement struct{ heading, line string }

// requirements lists the lines that say something about the stacks.
func requirements() []requirement {
	var list []requirement
	var chapter, heading string
	for line := range strings.Lines(seed) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "## "):
			chapter, heading = line[3:], line[3:]
		case strings.HasPrefix(line, "### "):
			heading = line[4:]
		case slices.Contains(specifying, chapter) && (strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "**Table Name**")):
			list = append(list, requirement{heading, line})
		}
	}
	return list
}

// claims says for each line of the seed what in the templates fulfils it.
func claims() map[requirement]func(*testing.T, estate) {
	all := map[requirement]func(*testing.T, estate){}
	for _, chapter := range []map[requirement]func(*testing.T, estate){
		overviewClaims, functionClaims, tableClaims, bucketClaims, monitoringClaims, costClaims, safetyClaims,
	} {
		for line, check := range chapter {
			all[line] = check
		}
	}
	return all
}

func TestEveryLineOfTheSeedIsFulfilled(t *testing.T) {
	claims := claims()
	for _, line := range requirements() {
		check, ok := claims[line]
		if !ok {
			t.Errorf("nothing is claimed for %q under %q", line.line, line.heading)
			continue
		}
		delete(claims, line)
		t.Run(line.heading+"/"+line.line, func(t *testing.T) {
			everyTier(t, func(t *testing.T, e estate) {
				switch {
				case strings.HasPrefix(line.heading, "Development") && e.env.Tier != platform.Development:
				case strings.HasPrefix(line.heading, "Production") && e.env.Tier != platform.Production:
				default:
					check(t, e)
				}
			})
		})
	}
	for line := range claims {
		t.Errorf("the seed has no line %q under %q", line.line, line.heading)
	}
}

func TestTheSeedIsReadWhole(t *testing.T) {
	if got, want := len(requirements()), 74; got != want {
		t.Errorf("%d requirements are read from the seed, want %d", got, want)
	}
}
