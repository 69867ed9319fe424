package iam

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func noSuchEntity(format string, args ...any) error {
	return &types.NoSuchEntityException{Message: new(fmt.Sprintf(format, args...))}
}

func alreadyExists(format string, args ...any) error {
	return &types.EntityAlreadyExistsException{Message: new(fmt.Sprintf(format, args...))}
}

func deleteConflict(message string) error {
	return &types.DeleteConflictException{Message: &message}
}

func malformed(message string) error {
	return &types.MalformedPolicyDocumentException{Message: &message}
}

var namePattern = lazy.Regexp(`^[\w+=,.@-]+$`)

// checkName holds a name against its grammar and length, in AWS's words; field
// is the parameter's name on the wire.
func checkName(field, name string, longest int) error {
	switch {
	case name == "":
		return invalid(name, field, "Member must have length greater than or equal to 1")
	case len(name) > longest:
		return invalid(name, field, fmt.Sprintf("Member must have length less than or equal to %d", longest))
	case !namePattern().MatchString(name):
		return &wire.Error{Code: "ValidationError", Message: "The specified value for " + field +
			" is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"}
	}
	return nil
}

func invalid(value, field, constraint string) error {
	return &wire.Error{Code: "ValidationError", Message: fmt.Sprintf(
		"1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, field, constraint)}
}

// checkDocument refuses what is no policy document: not JSON, or without
// statements that each have an effect.
func checkDocument(document string) error {
	var policy struct {
		Version   string
		Statement json.RawMessage
	}
	if err := json.Unmarshal([]byte(document), &policy); err != nil || policy.Statement == nil {
		return malformed("Syntax errors in policy.")
	}
	if policy.Version != "" && policy.Version != "2012-10-17" && policy.Version != "2008-10-17" {
		return malformed("The policy must contain a valid version string")
	}
	for _, s := range statements(policy.Statement) {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return malformed("Syntax errors in policy.")
		}
		if s.Action == nil && s.NotAction == nil {
			return malformed("Policy statement must contain actions.")
		}
	}
	return nil
}

type statement struct {
	Effect            string
	Action, NotAction any
}

// statements reads a Statement element, which may be one object or a list.
func statements(raw json.RawMessage) []statement {
	var list []statement
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	var one statement
	_ = json.Unmarshal(raw, &one) // what is neither fails the check of its effect
	return []statement{one}
}

// encoded is a document as responses carry it: percent-encoded, RFC 3986.
func encoded(document string) *string {
	return new(strings.ReplaceAll(url.QueryEscape(document), "+", "%20"))
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func titled(noun string) string { return strings.ToUpper(noun[:1]) + noun[1:] }

// gone reports whether an error says that what is meant does not exist.
func gone(err error) bool {
	_, ok := errors.AsType[*types.NoSuchEntityException](err)
	return ok
}
