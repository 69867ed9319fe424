package sqs

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/lazy"
	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// AWS's bounds on one message (SendMessage in the API reference).
const (
	maxAttributes = 10
	maxDelay      = 900
)

var (
	attributeName = lazy.Regexp(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
	identifier    = lazy.Regexp("^[a-zA-Z0-9!\"#$%&'()*+,./:;<=>?@[\\\\\\]^_`{|}~-]{1,128}$")
)

// check holds a message against the rules of the queue it is sent to.
func (q queue) check(c *content, delay *int) error {
	if c.Body == "" {
		return missing("MessageBody")
	}
	if !utf8.ValidString(c.Body) || strings.ContainsFunc(c.Body, forbidden) {
		return &types.InvalidMessageContents{Message: new("Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")}
	}
	if limit, _ := strconv.Atoi(q.Attributes["MaximumMessageSize"]); c.size() > limit {
		return invalidParameter(fmt.Sprintf("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", limit))
	}
	if err := checkMessageAttributes(c.Attributes); err != nil {
		return err
	}
	for name, value := range c.System {
		if name != string(types.MessageSystemAttributeNameForSendsAWSTraceHeader) || aws.ToString(value.DataType) != "String" {
			return invalidParameter("The system attribute '" + name + "' is not supported for sending messages.")
		}
	}
	if delay != nil && (*delay < 0 || *delay > maxDelay) {
		return outOf("DelaySeconds", *delay, "DelaySeconds must be >= 0 and <= 900.")
	}
	return q.checkSequencing(c, delay)
}

// checkSequencing holds the FIFO parameters against the kind of queue.
func (q queue) checkSequencing(c *content, delay *int) error {
	const wrongKind = "The request include parameter that is not valid for this queue type."
	switch {
	case !q.fifo() && c.Deduplication != "":
		return invalidParameter("Value " + c.Deduplication + " for parameter MessageDeduplicationId is invalid. Reason: " + wrongKind)
	case c.Group != "" && !identifier().MatchString(c.Group):
		return outOf("MessageGroupId", c.Group, "MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	case c.Deduplication != "" && !identifier().MatchString(c.Deduplication):
		return outOf("MessageDeduplicationId", c.Deduplication, "MessageDeduplicationId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
	case !q.fifo():
		return nil
	case delay != nil && *delay > 0:
		return outOf("DelaySeconds", *delay, wrongKind)
	case c.Group == "":
		return missing("MessageGroupId")
	case c.Deduplication == "" && q.Attributes["ContentBasedDeduplication"] != "true":
		return invalidParameter("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	}
	return nil
}

func checkMessageAttributes(attributes map[string]types.MessageAttributeValue) error {
	if len(attributes) > maxAttributes {
		return invalidParameter(fmt.Sprintf("Number of message attributes [%d] exceeds the allowed maximum [%d].", len(attributes), maxAttributes))
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		lower := strings.ToLower(name)
		if !attributeName().MatchString(name) || len(name) > 256 || strings.HasPrefix(lower, "aws.") || strings.HasPrefix(lower, "amazon.") {
			return invalidParameter("Invalid attribute name parameter. Attribute name can contain A-Z, a-z, 0-9, underscore (_), hyphen (-), and period (.) characters.")
		}
		if err := checkAttributeValue(name, attributes[name]); err != nil {
			return err
		}
	}
	return nil
}

func checkAttributeValue(name string, value types.MessageAttributeValue) error {
	kind, _, _ := strings.Cut(aws.ToString(value.DataType), ".")
	text := aws.ToString(value.StringValue)
	switch {
	case kind == "":
		return invalidParameter("The message attribute '" + name + "' must contain non-empty message attribute type.")
	case kind != "String" && kind != "Number" && kind != "Binary":
		return invalidParameter("The message attribute '" + name + "' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.")
	case kind == "Binary" && len(value.BinaryValue) == 0, kind != "Binary" && text == "":
		return invalidParameter("The message attribute '" + name + "' must contain non-empty message attribute value for message attribute type '" + *value.DataType + "'.")
	case strings.ContainsFunc(text, forbidden):
		return invalidParameter("Invalid non-textual characters found in the message attribute '" + name + "'.")
	}
	if kind == "Number" {
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return invalidParameter("Can't cast the value of message (user) attribute '" + name + "' to a number.")
		}
	}
	return nil
}

// forbidden are the characters that XML 1.0 has no place for.
func forbidden(r rune) bool {
	return (r < 0x20 && r != '\t' && r != '\n' && r != '\r') || r == 0xFFFE || r == 0xFFFF
}

// size is what counts against the limits: the body, and names, types and values
// of the attributes.
func (c *content) size() int {
	n := len(c.Body)
	for name, value := range c.Attributes {
		n += len(name) + len(aws.ToString(value.DataType)) + len(aws.ToString(value.StringValue)) + len(value.BinaryValue)
	}
	return n
}

func missing(parameter string) error {
	return &wire.Error{Code: "MissingParameter", Message: "The request must contain the parameter " + parameter + "."}
}

func outOf(parameter string, value any, reason string) error {
	return invalidParameter(fmt.Sprintf("Value %v for parameter %s is invalid. Reason: %s", value, parameter, reason))
}
