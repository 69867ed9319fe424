package template_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/keyvex/keyvex/internal/sandbox/cloudformation/template"
)

// scope evaluates in a template with the mappings and parameters of the examples
// in AWS's documentation of intrinsic functions.
func scope(t *testing.T) *template.Scope {
	t.Helper()
	parsed, err := template.Parse(`
Parameters:
  DbSubnetIpBlocks: {Type: CommaDelimitedList}
Mappings:
  RegionMap:
    us-east-1: {HVM64: ami-0ff8a91507f77f867, HVMG2: ami-0a584ac55a7631c0c}
Conditions:
  CreateProdResources: !Equals [!Ref EnvType, prod]
  IsTest: !Equals [!Ref EnvType, test]
  MyAndCondition: !And [!Equals [sg-mysggroup, !Ref ASecurityGroup], !Condition IsTest]
  MyNotCondition: !Not [!Equals [!Ref EnvType, prod]]
  MyOrCondition: !Or [!Equals [sg-mysggroup, !Ref ASecurityGroup], !Condition CreateProdResources]
Resources:
  MyInstance: {Type: T}
`)
	if err != nil {
		t.Fatal(err)
	}
	return &template.Scope{
		Template: parsed,
		Parameters: map[string]any{
			"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws", "EnvType": "test",
			"ASecurityGroup": "sg-mysggroup", "DbSubnetIpBlocks": []any{"10.0.48.0/24", "10.0.112.0/24", "10.0.176.0/24"},
		},
		Resource: func(id string) (any, error) { return "i-" + id, nil },
		Attribute: func(id, name string) (any, error) {
			if name == "Unknown" {
				return nil, errors.New("no such attribute")
			}
			return id + "/" + name, nil
		},
		Import: func(name string) (any, error) { return "imported " + name, nil },
		Zones:  func(region string) []string { return []string{region + "a", region + "b", region + "c"} },
	}
}

// TestIntrinsicFunctions takes expressions and results from the pages of the
// CloudFormation user guide, one function a block.
func TestIntrinsicFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`!Join [":", [a, b, c]]`: `"a:b:c"`,
		`!Join ['', ['arn:', !Ref AWS::Partition, ':s3:::elasticbeanstalk-*-', !Ref AWS::AccountId]]`: `"arn:aws:s3:::elasticbeanstalk-*-123456789012"`,
		`!Split ["|", "a|b|c"]`:                                                 `["a","b","c"]`,
		`!Split ["|", "a||c|"]`:                                                 `["a","","c",""]`,
		`!Select ["1", [apples, grapes, oranges, mangoes]]`:                     `"grapes"`,
		`!Select [0, !Ref DbSubnetIpBlocks]`:                                    `"10.0.48.0/24"`,
		`!Select [2, !Split [",", "a,b,c"]]`:                                    `"c"`,
		`!Sub "www.${EnvType}.com"`:                                             `"www.test.com"`,
		`!Sub ["www.${Domain}", {Domain: !Ref EnvType}]`:                        `"www.test"`,
		`!Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${MyInstance}"`: `"arn:aws:ec2:us-east-1:123456789012:vpc/i-MyInstance"`,
		`!Sub "${MyInstance.PublicIp} ${!Literal}"`:                             `"MyInstance/PublicIp ${Literal}"`,
		`!Base64 AWS CloudFormation`:                                            `"QVdTIENsb3VkRm9ybWF0aW9u"`,
		`!Base64 {Ref: EnvType}`:                                                `"dGVzdA=="`,
		`!FindInMap [RegionMap, !Ref AWS::Region, HVM64]`:                       `"ami-0ff8a91507f77f867"`,
		`!GetAZs ""`:                                                         `["us-east-1a","us-east-1b","us-east-1c"]`,
		`!GetAZs us-west-2`:                                                  `["us-west-2a","us-west-2b","us-west-2c"]`,
		`!Select [0, !GetAZs ""]`:                                            `"us-east-1a"`,
		`!Cidr ["192.168.0.0/24", 6, 5]`:                                     `["192.168.0.0/27","192.168.0.32/27","192.168.0.64/27","192.168.0.96/27","192.168.0.128/27","192.168.0.160/27"]`,
		`!Select [1, !Cidr ["10.0.0.0/16", 2, "8"]]`:                         `"10.0.1.0/24"`,
		`!Select [255, !Cidr ["2001:db8::/56", 256, 64]]`:                    `"2001:db8:0:ff::/64"`,
		`!If [CreateProdResources, c1.xlarge, m1.small]`:                     `"m1.small"`,
		`{a: !If [IsTest, !Ref AWS::NoValue, x], b: [!Ref AWS::NoValue, y]}`: `{"b":["y"]}`,
		`!If [MyAndCondition, 1, 2]`:                                         `1`,
		`!If [MyNotCondition, 1, 2]`:                                         `1`,
		`!If [MyOrCondition, 1, 2]`:                                          `1`,
		`!ImportValue some-export`:                                           `"imported some-export"`,
		`!GetAtt MyInstance.Endpoint.Port`:                                   `"MyInstance/Endpoint.Port"`,
		`Fn::GetAtt: [MyInstance, Arn]`:                                      `"MyInstance/Arn"`,
		`{Effect: Allow, Condition: {StringEquals: {a: !Ref EnvType}}}`:      `{"Condition":{"StringEquals":{"a":"test"}},"Effect":"Allow"}`,
		`{Version: 2012-10-17, Account: 012345678901, N: 1.5, B: true, S: "1", Y: yes, Q: "yes"}`: `{"Account":"012345678901","B":true,"N":1.5,"Q":"yes","S":"1","Version":"2012-10-17","Y":true}`,
	} {
		got, err := evaluate(t, expression)
		if err != nil || got != want {
			t.Errorf("%s\ngot  %s, %v\nwant %s", expression, got, err, want)
		}
	}
}

func evaluate(t *testing.T, expression string) (string, error) {
	t.Helper()
	parsed, err := template.Parse("Resources:\n  R:\n    Type: T\n    Properties:\n      V:\n        " + expression)
	if err != nil {
		return "", err
	}
	v, err := scope(t).Eval(parsed.Resources["R"].Properties["V"])
	if err != nil {
		return "", err
	}
	return template.Canonical(v), nil
}

func TestIntrinsicFunctionsRefuse(t *testing.T) {
	for expression, want := range map[string]string{
		`!Select [4, [a, b]]`:                    "Template error: Fn::Select cannot select nonexistent value at index 4",
		`!Select [-1, [a, b]]`:                   "Template error: Fn::Select requires a list argument with two elements: an integer index and a list",
		`!FindInMap [RegionMap, nowhere, HVM64]`: "Template error: Unable to get mapping for RegionMap::nowhere::HVM64",
		`!Join [a]`:                              "Template error: every Fn::Join object requires two parameters",
		`!Join [",", abc]`:                       "Template error: every Fn::Join object requires two parameters",
		`!Split ["", abc]`:                       "Template error: every Fn::Split object requires two parameters",
		`!Sub "${a b}"`:                          "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters",
		`!Ref Nobody`:                            "Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template",
		`!GetAtt Nobody.Arn`:                     "Template error: instance of Fn::GetAtt references undefined resource Nobody",
		`!GetAtt MyInstance.Unknown`:             "no such attribute",
		`!If [Nothing, 1, 2]`:                    "Template error: unresolved condition dependency Nothing in Fn::If",
		`!Cidr ["10.0.0.0/24", 300, 4]`:          "Template error: every Fn::Cidr object requires",
		`!Cidr ["10.0.0.0/24", 5, 6]`:            "Template error: Fn::Cidr can not divide 10.0.0.0/24 into 5 blocks of 6 bits",
		`Fn::Magic: 1`:                           "Template error: encountered unsupported function: Fn::Magic",
	} {
		if got, err := evaluate(t, expression); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %s, %v; want %s", expression, got, err, want)
		}
	}
}

// TestUnknownValuesStayUnknown evaluates as a change set does, where attributes of
// new resources are not known.
func TestUnknownValuesStayUnknown(t *testing.T) {
	s := scope(t)
	s.Attribute = func(string, string) (any, error) { return template.KnownAfterApply, nil }
	for expression, want := range map[string]string{
		`!Sub "a/${MyInstance.Arn}"`:                        "a/" + template.KnownAfterApply,
		`!Join ["", [a, !GetAtt MyInstance.Arn]]`:           "a" + template.KnownAfterApply,
		`!Select [3, !Split ["/", !GetAtt MyInstance.Arn]]`: template.KnownAfterApply,
		`!Base64 {Fn::GetAtt: MyInstance.Arn}`:              template.KnownAfterApply,
		`!Select [0, !Cidr [!GetAtt MyInstance.Block, 2]]`:  template.KnownAfterApply,
		`!Join [",", !GetAtt MyInstance.List]`:              template.KnownAfterApply,
	} {
		parsed, err := template.Parse("Resources:\n  R:\n    Type: T\n    Properties:\n      V:\n        " + expression)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Eval(parsed.Resources["R"].Properties["V"]); err != nil || got != want {
			t.Errorf("%s: got %v, %v", expression, got, err)
		}
	}
}

func TestDynamicReferences(t *testing.T) {
	v, err := template.Resolve(map[string]any{
		"a": "x{{resolve:ssm:/p/q:3}}y", "b": []any{"{{resolve:secretsmanager:db:SecretString:password}}"},
		"c": "{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf:SecretString:password:AWSPREVIOUS}}",
		"d": "{{resolve:secretsmanager:db}}", "e": "{{resolve:ssm-secure:/s:1}}", "f": 1.0, "g": "{{resolve:other:x}}",
		"h": "{{resolve:secretsmanager:db:SecretString:password::0b4e}}",
	}, func(d template.Dynamic) (string, error) {
		return strings.Join([]string{"<" + d.Service, d.Name, d.JSONKey, d.Stage, d.Version + ">"}, "|"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"a":"x<ssm|/p/q|||3>y","b":["<secretsmanager|db|password||>"],` +
		`"c":"<secretsmanager|arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf|password|AWSPREVIOUS|>",` +
		`"d":"<secretsmanager|db|||>","e":"<ssm-secure|/s|||1>","f":1,"g":"{{resolve:other:x}}",` +
		`"h":"<secretsmanager|db|password||0b4e>"}`
	if got := template.Canonical(v); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// FuzzParse asserts that whatever parses is JSON through and through, and parses
// again, from its JSON, to the same.
func FuzzParse(f *testing.F) {
	f.Add(`{"Resources": {"A": {"Type": "T", "Properties": {"P": {"Ref": "A"}}}}}`)
	f.Add("Resources:\n  A:\n    Type: T\n    Properties: {P: !Sub 'x${A.B}', Q: !GetAtt A.B, N: 012, D: 2012-10-17}\n")
	f.Add("Parameters: {P: {Type: Number, Default: 3, AllowedValues: [1, 3]}}\nResources: {A: {Type: T, DependsOn: A}}")
	f.Add("Resources: &x\n  A: *x")
	f.Add("a: !Ref [b]\n? [c]\n: d")
	if body, err := os.ReadFile("../../../../stacks/assembly/development/Security.json"); err == nil {
		f.Add(string(body))
	}
	f.Fuzz(func(t *testing.T, body string) {
		parsed, err := template.Parse(body)
		if err != nil {
			if _, ok := errors.AsType[*template.Error](err); !ok {
				t.Errorf("%v is no template error", err)
			}
			return
		}
		_ = parsed.Validate(func(string) bool { return true })
		raw := template.Canonical(map[string]any{"Resources": resources(parsed)})
		if !json.Valid([]byte(raw)) {
			t.Fatalf("%s is no JSON", raw)
		}
		again, err := template.Parse(raw)
		if err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if got := template.Canonical(map[string]any{"Resources": resources(again)}); got != raw {
			t.Errorf("%s became %s", raw, got)
		}
	})
}

func resources(parsed *template.Template) map[string]any {
	out := map[string]any{}
	for id, r := range parsed.Resources {
		out[id] = map[string]any{"Type": r.Type, "Properties": r.Properties}
	}
	return out
}
