package sqs

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// systemNames are the system attributes that a receiver asked for. AttributeNames is
// what older clients call the same.
func systemNames(in *sqs.ReceiveMessageInput) []types.MessageSystemAttributeName {
	names := slices.Clone(in.MessageSystemAttributeNames)
	for _, name := range in.AttributeNames { //nolint:staticcheck // as said
		names = append(names, types.MessageSystemAttributeName(name))
	}
	return names
}

// checkNames refuses system attributes that there are not.
func checkNames(names []types.MessageSystemAttributeName) error {
	known := types.MessageSystemAttributeName("").Values()
	for _, name := range names {
		if !slices.Contains(known, name) {
			return unknownAttribute(string(name))
		}
	}
	return nil
}

// selected are the message attributes that a receiver asked for: by name, by the
// beginning of names ("traffic.*"), or all of them ("All" or ".*").
func selected(attributes map[string]types.MessageAttributeValue, wanted []string) map[string]types.MessageAttributeValue {
	var out map[string]types.MessageAttributeValue
	for name, value := range attributes {
		if slices.ContainsFunc(wanted, func(w string) bool { return selects(w, name) }) {
			if out == nil {
				out = map[string]types.MessageAttributeValue{}
			}
			out[name] = value
		}
	}
	return out
}

func selects(wanted, name string) bool {
	if beginning, ok := strings.CutSuffix(wanted, ".*"); ok {
		return strings.HasPrefix(name, beginning)
	}
	return wanted == "All" || wanted == name
}
