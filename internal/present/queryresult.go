package present

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/logs/insights"
)

// QueryDocument is the document of keyvex logs query.
type QueryDocument struct {
	Where
	Window
	Query  string   `json:"query"`
	Groups []string `json:"groups"`
	// Rows have the names that the query gave.
	Rows           []map[string]string `json:"rows"`
	EstimatedBytes int64               `json:"estimatedBytes"`
	ScannedBytes   int64               `json:"scannedBytes"`
	CostDollars    float64             `json:"costDollars"`
	RecordsScanned int64               `json:"recordsScanned"`
	RecordsMatched int64               `json:"recordsMatched"`
	Seconds        float64             `json:"seconds"`
	Missing        []string            `json:"missing,omitempty"`
}

// QueryRows are the rows of a document.
func QueryRows(rows [][]insights.Cell) []map[string]string {
	out := []map[string]string{}
	for _, cells := range rows {
		row := map[string]string{}
		for _, cell := range cells {
			row[cell.Name] = cell.Value
		}
		out = append(out, row)
	}
	return out
}

// QueryTable lays rows out under the names of all their columns. short turns the
// name of a log group, which "@log" has behind the account's, into people's.
func (l Look) QueryTable(rows [][]insights.Cell, short func(group string) string) []string {
	var columns []Column
	at := map[string]int{}
	for _, row := range rows {
		for _, cell := range row {
			if _, known := at[cell.Name]; !known {
				at[cell.Name] = len(columns)
				columns = append(columns, Column{Title: Clean(cell.Name), Flexible: true, Right: true})
			}
		}
	}
	var table [][]Cell
	for _, row := range rows {
		cells := make([]Cell, len(columns))
		for _, cell := range row {
			i := at[cell.Name]
			value, number := queryValue(cell, short)
			columns[i].Right = columns[i].Right && number
			cells[i].Text = value
		}
		table = append(table, cells)
	}
	return l.Table(columns, table)
}

// queryValue is a cell's text, without what repeats in each.
func queryValue(cell insights.Cell, short func(string) string) (text string, number bool) {
	text = Clean(cell.Value)
	if cell.Name == "@log" {
		_, group, _ := strings.Cut(text, ":")
		return short(group), false
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text, false
	}
	if _, fraction, ok := strings.Cut(text, "."); ok && len(fraction) > 2 {
		return strconv.FormatFloat(n, 'f', 2, 64), true
	}
	return text, true
}

// SavedTable lists the saved queries.
func (l Look) SavedTable(queries []insights.Saved) []string {
	var rows [][]Cell
	for _, q := range queries {
		rows = append(rows, []Cell{{q.Name, Strong}, {q.About, Normal}})
	}
	return l.Table([]Column{{Title: "QUERY"}, {Title: "WHAT IT TELLS", Flexible: true}}, rows)
}

// SavedRow is a saved query in the document of keyvex logs query --list.
type SavedRow struct {
	Name  string `json:"name"`
	About string `json:"about"`
	Query string `json:"query"`
}

// SavedQueries makes that document.
func SavedQueries(queries []insights.Saved) map[string][]SavedRow {
	rows := []SavedRow{}
	for _, q := range queries {
		rows = append(rows, SavedRow{q.Name, q.About, q.Text})
	}
	return map[string][]SavedRow{"queries": rows}
}

// Dollars is a price, no finer than a hundredth of a cent.
func Dollars(amount float64) string {
	switch {
	case amount <= 0:
		return "$0"
	case amount < 0.0001:
		return "under $0.0001"
	case amount < 0.01:
		return fmt.Sprintf("$%.4f", amount)
	}
	return fmt.Sprintf("$%.2f", amount)
}
