package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// Daily is the interactions with a tool on a day (of their occurrence, in UTC).
type Daily struct {
	Date   string `json:"date"` // 2026-11-22
	ToolID string `json:"toolId"`
	Total  int    `json:"total"`
	// ByType counts each type of interaction.
	ByType map[string]int `json:"-"`
}

// typePrefix begins the attribute that counts a type: an attribute of its own can
// be added to before it exists, a member of a map cannot.
const typePrefix = "type:"

func dailyKey(date, toolID string) item { return key(metricPrefix+date, toolPrefix+toolID) }

// dailyChanges adds the interactions to their days, one change a day and tool.
func dailyChanges(fresh []Interaction) []change {
	sums := map[toolDay]map[string]int{}
	var order []toolDay
	for _, i := range fresh {
		of := toolDay{day(i.OccurredAt), i.ToolID}
		if sums[of] == nil {
			sums[of] = map[string]int{}
			order = append(order, of)
		}
		sums[of][i.Type]++
	}
	var out []change
	for _, of := range order {
		out = append(out, of.add(sums[of]))
	}
	return out
}

// toolDay is a day of a tool.
type toolDay struct{ date, toolID string }

func (d toolDay) add(byType map[string]int) change {
	c := change{
		key:    dailyKey(d.date, d.toolID),
		update: "SET #date = :date, #toolId = :tool, #GSI1PK = :partition, #GSI1SK = :sort ADD #total :total",
		values: map[string]any{
			"date": d.date, "tool": d.toolID, "partition": toolPrefix + d.toolID, "sort": metricPrefix + d.date,
		},
		aliases: map[string]string{},
	}
	total := 0
	for n, name := range slices.Sorted(maps.Keys(byType)) {
		alias := fmt.Sprintf("type%d", n)
		c.update += fmt.Sprintf(", #%s :%s", alias, alias)
		c.aliases["#"+alias], c.values[alias] = typePrefix+name, byType[name]
		total += byType[name]
	}
	c.values["total"] = total
	return c
}

// Daily reads the count of a tool's day; zero counts when nothing happened.
func (t *Table) Daily(ctx context.Context, date, toolID string) (Daily, error) {
	found, err := t.get(ctx, dailyKey(date, toolID))
	if errors.Is(err, ErrNotFound) {
		return Daily{Date: date, ToolID: toolID, ByType: map[string]int{}}, nil
	}
	if err != nil {
		return Daily{}, err
	}
	return readDaily(found)
}

// DailyOn lists the counts of all tools on a day.
func (t *Table) DailyOn(ctx context.Context, date string) ([]Daily, error) {
	return gather(mapped(t.query(ctx, ordered(metricPrefix+date, toolPrefix)), readDaily))
}

// DailyOf lists a tool's days, the latest first.
func (t *Table) DailyOf(ctx context.Context, toolID string) ([]Daily, error) {
	return gather(mapped(t.query(ctx, latestFirst(platform.GSI1, toolPrefix+toolID, metricPrefix)), readDaily))
}

func readDaily(found item) (Daily, error) {
	d := Daily{ByType: map[string]int{}}
	if err := decode(found, &d); err != nil {
		return d, err
	}
	for name, value := range found {
		number, ok := value.(*types.AttributeValueMemberN)
		if of, counts := strings.CutPrefix(name, typePrefix); counts && ok {
			count, err := strconv.Atoi(number.Value)
			if err != nil {
				return d, err
			}
			d.ByType[of] = count
		}
	}
	return d, nil
}
