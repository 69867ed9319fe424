package present

import (
	"fmt"

	"github.com/keyvex/keyvex/internal/deploy"
)

// DoomedLines says what a destroy would delete, with counts, and what of it holds
// data.
func (l Look) DoomedLines(w Where, plan *deploy.DestroyPlan) []string {
	lines := []string{l.PlaceLine(w) + columnGap + "would lose:"}
	var rows [][]Cell
	for _, s := range plan.Stacks {
		rows = append(rows, []Cell{{Text: "  " + string(s.Stack)}, {Count(s.Resources, "resource"), Normal}, {StatusWords(s.Status), Dim}})
	}
	lines = append(lines, l.Table([]Column{{}, {Right: true}, {}}, rows)...)
	rows = nil
	for _, s := range plan.Stacks {
		for _, r := range s.Stateful {
			rows = append(rows, []Cell{{"  data", Bad}, {ShortType(Clean(r.Type)), Normal}, {Clean(r.PhysicalID), Normal}})
		}
	}
	lines = append(lines, l.Table([]Column{{}, {}, {Flexible: true}}, rows)...)
	for _, b := range plan.Buckets {
		if b.Holds() {
			lines = append(lines, l.Middle(fmt.Sprintf("  bucket %s holds %s", Clean(b.Name), versions(b)), l.Width))
		}
	}
	return lines
}

func versions(b deploy.DoomedBucket) string {
	if b.More {
		return fmt.Sprintf("more than %d object versions", b.Versions)
	}
	return Count(b.Versions, "object version")
}
