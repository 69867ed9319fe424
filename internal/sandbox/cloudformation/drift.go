package cloudformation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// Detection is a finished drift detection of a stack.
type Detection struct {
	ID, StackID string
	Time        time.Time
	Status      types.StackDriftStatus
	Drifted     int32
}

// Drift is what the latest detection found of a resource.
type Drift struct {
	Status      types.StackResourceDriftStatus
	Time        time.Time
	Expected    string
	Actual      string
	Differences []types.PropertyDifference
	Reason      string
}

// driftStatus is what descriptions of a resource say of its drift.
func (res Resource) driftStatus() (types.StackResourceDriftStatus, *time.Time) {
	if res.Drift == nil {
		return types.StackResourceDriftStatusNotChecked, nil
	}
	return res.Drift.Status, &res.Drift.Time
}

// detect holds a resource against its service. Properties that cannot be read
// back, or that come from a dynamic reference, are not compared.
func (s *Service) detect(ctx context.Context, res Resource) (Drift, error) {
	t, now := s.types[res.Live.Type], s.host.Clock.Now()
	if t.Read == nil {
		return Drift{Status: types.StackResourceDriftStatusNotChecked, Time: now, Reason: "drift detection is not supported for " + t.Name}, nil
	}
	actual, ok, err := t.Read(ctx, res.Live.PhysicalID)
	if err != nil {
		return Drift{}, err
	}
	expected := comparable(t, res.Live.Properties)
	d := Drift{Time: now, Expected: template.Canonical(expected)}
	if !ok {
		d.Status = types.StackResourceDriftStatusDeleted
		return d, nil
	}
	seen := map[string]any{}
	for name := range expected {
		if v, ok := actual[name]; ok {
			seen[name] = v
		}
		d.Differences = append(d.Differences, differences("/"+name, expected[name], actual[name])...)
	}
	slices.SortFunc(d.Differences, func(a, b types.PropertyDifference) int {
		return cmpText(*a.PropertyPath, *b.PropertyPath)
	})
	d.Actual, d.Status = template.Canonical(seen), types.StackResourceDriftStatusInSync
	if len(d.Differences) > 0 {
		d.Status = types.StackResourceDriftStatusModified
	}
	return d, nil
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// comparable leaves out what Read cannot give back.
func comparable(t resource.Type, properties map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range properties {
		if !slices.Contains(t.WriteOnly, name) && !template.HasDynamic(template.Canonical(v)) {
			out[name] = v
		}
	}
	return out
}

// differences compares what the template says with what is there. Members that
// only the live resource has are defaults, not drift; items of lists are.
func differences(path string, expected, actual any) []types.PropertyDifference {
	difference := func(kind types.DifferenceType) []types.PropertyDifference {
		return []types.PropertyDifference{{
			PropertyPath: &path, DifferenceType: kind, ExpectedValue: new(differenceText(expected)), ActualValue: new(differenceText(actual)),
		}}
	}
	if actual == nil && expected != nil {
		return difference(types.DifferenceTypeRemove)
	}
	switch expected := expected.(type) {
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return difference(types.DifferenceTypeNotEqual)
		}
		var list []types.PropertyDifference
		for _, key := range sortedKeys(expected) {
			list = append(list, differences(path+"/"+key, expected[key], object[key])...)
		}
		return list
	case []any:
		items, ok := actual.([]any)
		if !ok {
			return difference(types.DifferenceTypeNotEqual)
		}
		return listDifferences(path, expected, items)
	}
	want, _ := resource.Text(expected)
	if got, ok := resource.Text(actual); !ok || got != want {
		return difference(types.DifferenceTypeNotEqual)
	}
	return nil
}

func listDifferences(path string, expected, actual []any) []types.PropertyDifference {
	var list []types.PropertyDifference
	for i := range max(len(expected), len(actual)) {
		at := fmt.Sprintf("%s/%d", path, i)
		if i < len(expected) && i < len(actual) {
			list = append(list, differences(at, expected[i], actual[i])...)
			continue
		}
		d := types.PropertyDifference{PropertyPath: &at, ExpectedValue: new("null"), ActualValue: new("null"), DifferenceType: types.DifferenceTypeAdd}
		if i < len(expected) {
			d.DifferenceType, d.ExpectedValue = types.DifferenceTypeRemove, new(differenceText(expected[i]))
		} else {
			d.ActualValue = new(differenceText(actual[i]))
		}
		list = append(list, d)
	}
	return list
}

// differenceText is a value as a drift shows it; what is not there is "null".
func differenceText(v any) string {
	if text, ok := resource.Text(v); ok {
		return text
	}
	return template.Canonical(v)
}
