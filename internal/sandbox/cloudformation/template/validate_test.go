package template_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

func TestTemplatesAreRefusedInCloudFormationsWords(t *testing.T) {
	for body, want := range map[string]string{
		`[]`:                          "Template format error: unsupported structure.",
		``:                            "Template format error: unsupported structure.",
		"{\"Resources\": {\n \"A\" }": "Template format error: JSON not well-formed. (line 2, column 6)",
		"Resources:\n  A: [":          "Template format error: YAML not well-formed. (line 2, column 1)",
		`{"Resources": {}}`:           "Template format error: At least one Resources member must be defined.",
		`{"Resource": {}}`:            "Invalid template property or properties [Resource]",
		"Resources:\n  A: {Type: T}\n  A: {Type: T}":                                                "Template format error: YAML not well-formed. (line 3, column 3)",
		"X: &a 1\nResources: *a":                                                                    "Template error: YAML aliases are not allowed in CloudFormation templates",
		`Resources: {A: {Properties: {}}}`:                                                          "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
		`Resources: {A-B: {Type: T}}`:                                                               "Template format error: Resource name A-B is non alphanumeric.",
		`Resources: {A: {Type: T, Colour: red}}`:                                                    "Invalid template resource property 'Colour'",
		`Resources: {A: {Type: T, DeletionPolicy: Keep}}`:                                           `Template format error: Unrecognized DeletionPolicy "Keep"`,
		`Resources: {A: {Type: Strange}, B: {Type: Odd}, C: {Type: Odd}}`:                           "Template format error: Unrecognized resource types: [Strange, Odd]",
		`Resources: {A: {Type: T, Properties: {P: !Ref Z, Q: !Sub "${Y}"}, DependsOn: X}}`:          "Template format error: Unresolved resource dependencies [X, Y, Z] in the Resources block of the template",
		`Resources: {A: {Type: T, Properties: {P: !GetAtt Z.Arn}}}`:                                 "Template error: instance of Fn::GetAtt references undefined resource Z",
		`{Resources: {A: {Type: T}}, Outputs: {O: {Value: !Ref Z}}}`:                                "Template format error: Unresolved resource dependencies [Z] in the Outputs block of the template",
		`Resources: {A: {Type: T, Condition: C}}`:                                                   "Template format error: Unresolved condition dependency C",
		`{Conditions: {C: !Equals [!Ref A, x]}, Resources: {A: {Type: T}}}`:                         "Template format error: Unresolved dependencies [A]. Cannot reference resources in the Conditions block of the template",
		`{Conditions: {C: !Not [!Condition D], D: !Not [!Condition C]}, Resources: {A: {Type: T}}}`: "Template format error: Circular dependency between conditions: [C]",
		`{Transform: AWS::Serverless-2016-10-31, Resources: {A: {Type: T}}}`:                        "No transform named AWS::Serverless-2016-10-31 found.",
		`{Parameters: {P: {Type: Text}}, Resources: {A: {Type: T}}}`:                                "Template format error: Unrecognized parameter type: Text",
		`Resources: {A: {Type: T, DependsOn: B}, B: {Type: T, DependsOn: C}, C: {Type: T, Properties: {P: !Ref A}}, D: {Type: T, DependsOn: A}, E: {Type: T}}`: "Circular dependency between resources: [A, B, C]",
	} {
		parsed, err := template.Parse(body)
		if err == nil {
			err = parsed.Validate(func(name string) bool { return name == "T" })
		}
		// The user guide's wording sorts nothing; only sets matter here.
		if err == nil || !sameWords(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", body, err, want)
		}
	}
}

// sameWords compares messages apart from the order of a list in brackets.
func sameWords(got, want string) bool {
	split := func(text string) []string {
		words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" [],", r) })
		slices.Sort(words)
		return words
	}
	return slices.Equal(split(got), split(want))
}

func TestParametersAreChecked(t *testing.T) {
	parsed, err := template.Parse(`
Resources: {A: {Type: T}}
Parameters:
  Env: {Type: String, AllowedPattern: "[a-z][a-z0-9-]*", MinLength: 2, MaxLength: 5}
  Size: {Type: Number, MinValue: 1, MaxValue: "10"}
  Ports: {Type: List<Number>}
  Tier: {Type: String, AllowedValues: [dev, prod, 3], ConstraintDescription: a tier}
  Zones: {Type: CommaDelimitedList, AllowedValues: [a, b]}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, value, want string }{
		{"Env", "dev", ""},
		{"Env", "Dev", "Parameter 'Env' must match pattern [a-z][a-z0-9-]*"},
		{"Env", "d", "Parameter 'Env' must contain at least 2 characters"},
		{"Env", "develop", "Parameter 'Env' must contain at most 5 characters"},
		{"Size", "10", ""},
		{"Size", "0", "Parameter 'Size' must be a number not less than 1"},
		{"Size", "11", "Parameter 'Size' must be a number not greater than 10"},
		{"Size", "big", "Parameter 'Size' must be a number"},
		{"Ports", "80, 443", ""},
		{"Ports", "80,http", "Parameter 'Ports' must be a number"},
		{"Tier", "3", ""},
		{"Tier", "test", "Parameter Tier failed to satisfy constraint: a tier"},
		{"Zones", "a,b", ""},
		{"Zones", "a,c", "Parameter 'Zones' must be one of AllowedValues"},
	} {
		got := ""
		if err := parsed.Parameters[c.name].Check(c.name, c.value); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s=%s: got %q, want %q", c.name, c.value, got, c.want)
		}
	}
	if got := template.Canonical(parsed.Parameters["Ports"].Resolved("80, 443")); got != `["80","443"]` {
		t.Error(got)
	}
}

func TestConditionsDecideDependencies(t *testing.T) {
	parsed, err := template.Parse(`
Parameters: {Env: {Type: String}}
Conditions: {Prod: !Equals [!Ref Env, prod]}
Resources:
  A: {Type: T, Condition: Prod}
  B: {Type: T, Properties: {P: !If [Prod, !Ref A, !GetAtt C.Arn]}}
  C: {Type: T, DependsOn: [A, D]}
  D: {Type: T}
`)
	if err != nil {
		t.Fatal(err)
	}
	for env, want := range map[string]string{
		"prod": `{"A":[],"B":["A"],"C":["A","D"],"D":[]}`,
		"dev":  `{"B":["C"],"C":["D"],"D":[]}`,
	} {
		s := &template.Scope{Template: parsed, Parameters: map[string]any{"Env": env}}
		graph, err := s.Dependencies()
		for id, needs := range graph {
			if needs == nil {
				graph[id] = []string{}
			}
		}
		if got := template.Canonical(graph); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", env, got, err, want)
		}
	}
}

func TestRulesOfTheTemplate(t *testing.T) {
	parsed, err := template.Parse(`
Parameters: {Env: {Type: String}, Size: {Type: String}}
Rules:
  Big:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions: [{Assert: !Contains [[m, l], !Ref Size], AssertDescription: production is m or l}]
Resources: {A: {Type: T}}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ env, size, want string }{
		{"prod", "m", ""}, {"dev", "s", ""},
		{"prod", "s", "Template error: Rule assertions failed: 'production is m or l' for Rule 'Big'"},
	} {
		s := &template.Scope{Template: parsed, Parameters: map[string]any{"Env": c.env, "Size": c.size}}
		got := ""
		if err := s.CheckRules(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s %s: %s", c.env, c.size, got)
		}
	}
}

func TestCapabilities(t *testing.T) {
	for properties, want := range map[string]string{
		`{Type: AWS::IAM::Role, Properties: {RoleName: x}}`:     "CAPABILITY_NAMED_IAM",
		`{Type: AWS::IAM::Role}`:                                "CAPABILITY_IAM",
		`{Type: AWS::IAM::Policy, Properties: {PolicyName: x}}`: "CAPABILITY_IAM",
		`{Type: AWS::SQS::Queue, Properties: {QueueName: x}}`:   "",
	} {
		parsed, err := template.Parse("Resources: {A: " + properties + "}")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := parsed.Capability(); got != want {
			t.Errorf("%s: got %q, want %q", properties, got, want)
		}
	}
}
