package deploy

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// seconds is how long AWS usually takes to create and to update a resource of a
// type, in seconds; averages published with forecasts of real deployments. What
// is not here takes usualSeconds.
var seconds = map[string][2]float64{
	"AWS::ElastiCache::ReplicationGroup":   {712, 208},
	"AWS::ElastiCache::SubnetGroup":        {5, 5},
	"AWS::CloudFront::Distribution":        {266, 164},
	"AWS::EC2::NatGateway":                 {106, 10},
	"AWS::EC2::VPCEndpoint":                {60, 20},
	"AWS::EC2::VPC":                        {13, 5},
	"AWS::KMS::Key":                        {122, 10},
	"AWS::IAM::Role":                       {12, 12},
	"AWS::IAM::User":                       {12, 12},
	"AWS::IAM::ManagedPolicy":              {15, 15},
	"AWS::Lambda::Function":                {25, 12},
	"AWS::Lambda::EventSourceMapping":      {20, 20},
	"AWS::DynamoDB::Table":                 {30, 15},
	"AWS::SQS::Queue":                      {64, 10},
	"AWS::S3::Bucket":                      {22, 5},
	"AWS::CloudWatch::Alarm":               {2, 2},
	"AWS::CloudFront::OriginAccessControl": {3, 3},
}

const usualSeconds = 4

// changeSetSeconds is what a change set costs before anything happens.
const changeSetSeconds = 8

func usual(kind string, creating bool) float64 {
	pair, ok := seconds[kind]
	switch {
	case !ok:
		return usualSeconds
	case creating:
		return pair[0]
	}
	return pair[1]
}

// expected is the usual duration of what is planned for the stack: the longest
// chain of its resources when it is created, the slowest one that may change when
// it is updated.
func (p StackPlan) expected() time.Duration {
	switch p.Action {
	case Create, Recreate, Continue:
		return time.Duration((changeSetSeconds + p.template.longestChain()) * float64(time.Second))
	case Update:
		return time.Duration((changeSetSeconds + 2*usualSeconds) * float64(time.Second))
	case Attach:
		return time.Duration(p.template.longestChain() / 2 * float64(time.Second))
	}
	return 0
}

// longestChain is the critical path through a template's resources, in seconds.
func (t *template) longestChain() float64 {
	known := map[string]float64{}
	var chain func(id string, depth int) float64
	chain = func(id string, depth int) float64 {
		if v, ok := known[id]; ok || depth > len(t.Resources) {
			return v
		}
		before := 0.0
		for other := range t.Resources[id].references() {
			if _, ok := t.Resources[other]; ok && other != id {
				before = max(before, chain(other, depth+1))
			}
		}
		known[id] = before + usual(t.Resources[id].Type, true)
		return known[id]
	}
	longest := 0.0
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		longest = max(longest, chain(id, 0))
	}
	return longest
}

// references are the logical ids that a resource names.
func (r templateResource) references() map[string]bool {
	out := map[string]bool{}
	collect(r.Properties, out)
	switch d := r.DependsOn.(type) {
	case string:
		out[d] = true
	case []any:
		for _, id := range d {
			if id, ok := id.(string); ok {
				out[id] = true
			}
		}
	}
	return out
}

func collect(v any, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			switch key {
			case "Ref", "Fn::GetAtt", "Fn::Sub":
				name(inner, into)
			}
			collect(inner, into)
		}
	case []any:
		for _, inner := range v {
			collect(inner, into)
		}
	}
}

// name reads the logical ids out of the argument of Ref, Fn::GetAtt or Fn::Sub.
func name(v any, into map[string]bool) {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			name(v[0], into)
		}
	case string:
		id, _, _ := strings.Cut(v, ".")
		into[id] = true
		for _, part := range strings.Split(v, "${")[1:] {
			variable, _, _ := strings.Cut(part, "}")
			id, _, _ := strings.Cut(variable, ".")
			into[id] = true
		}
	}
}
