package resource_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

type dimension struct {
	Name  string `cfn:"required"`
	Value *string
}

type common struct{ Description string }

type alarm struct {
	common
	Period     int32   `json:"Period,omitempty"`
	Threshold  float64 `cfn:"required"`
	Enabled    *bool
	Comparison string `json:"ComparisonOperator"`
	Dimensions []dimension
	Variables  map[string]string
	Policy     any
	Hidden     string `json:"-"`
}

func decode(t *testing.T, text string, into any) error {
	t.Helper()
	var properties map[string]any
	if err := json.Unmarshal([]byte(text), &properties); err != nil {
		t.Fatal(err)
	}
	return resource.Decode(properties, into)
}

func TestDecodeCoercesScalarsBothWays(t *testing.T) {
	var got alarm
	err := decode(t, `{"Description": 1.5, "Period": "30", "Threshold": "0.5", "Enabled": "true",
		"ComparisonOperator": true, "Dimensions": [{"Name": 7, "Value": null}, {"Name": "b", "Value": 12345678}],
		"Variables": {"A": 1, "B": false}, "Policy": {"Version": "2012-10-17"}}`, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := alarm{
		common: common{Description: "1.5"}, Period: 30, Threshold: 0.5, Enabled: new(true), Comparison: "true",
		Dimensions: []dimension{{Name: "7"}, {Name: "b", Value: new("12345678")}},
		Variables:  map[string]string{"A": "1", "B": "false"},
		Policy:     map[string]any{"Version": "2012-10-17"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestDecodeRefusesInCloudFormationsWords(t *testing.T) {
	for text, want := range map[string]string{
		`{"Threshold": 1, "Foo": 1}`:                              "#: extraneous key [Foo] is not permitted",
		`{"Threshold": 1, "Hidden": "x"}`:                         "#: extraneous key [Hidden] is not permitted",
		`{"Threshold": 1, "common": {}}`:                          "#: extraneous key [common] is not permitted",
		`{}`:                                                      "#: required key [Threshold] not found",
		`{"Threshold": null}`:                                     "#: required key [Threshold] not found",
		`{"Threshold": 1, "Period": "soon"}`:                      "#/Period: expected type: Integer, found: String",
		`{"Threshold": 1, "Period": 1.5}`:                         "#/Period: expected type: Integer, found: Number",
		`{"Threshold": 1, "Period": 3000000000}`:                  "#/Period: expected type: Integer, found: Number",
		`{"Threshold": "NaN"}`:                                    "#/Threshold: expected type: Number, found: String",
		`{"Threshold": 1, "Enabled": "yes"}`:                      "#/Enabled: expected type: Boolean, found: String",
		`{"Threshold": 1, "ComparisonOperator": ["a"]}`:           "#/ComparisonOperator: expected type: String, found: JSONArray",
		`{"Threshold": 1, "Dimensions": {"Name": "a"}}`:           "#/Dimensions: expected type: JSONArray, found: JSONObject",
		`{"Threshold": 1, "Dimensions": ["a"]}`:                   "#/Dimensions/0: expected type: JSONObject, found: String",
		`{"Threshold": 1, "Dimensions": [{"Name": "a", "X": 1}]}`: "#/Dimensions/0: extraneous key [X] is not permitted",
		`{"Threshold": 1, "Variables": {"A": {}}}`:                "#/Variables/A: expected type: String, found: JSONObject",
		`{"B": 1, "A": 1}`: "#: extraneous key [A] is not permitted\n" +
			"#: extraneous key [B] is not permitted\n#: required key [Threshold] not found",
	} {
		err := decode(t, text, &alarm{})
		refusal, ok := errors.AsType[*resource.Error](err)
		if !ok || refusal.Code != "InvalidRequest" || refusal.Message != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
