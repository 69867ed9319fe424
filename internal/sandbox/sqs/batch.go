package sqs

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/keyvex/keyvex/internal/lazy"
)

// maxBatch is how many entries a batch has at most.
const maxBatch = 10

var entryID = lazy.Regexp(`^[A-Za-z0-9_-]{1,80}$`)

// checkBatch refuses a batch as a whole: its length and its entries' ids.
func checkBatch[E any](kind string, entries []E, id func(E) *string) error {
	switch {
	case len(entries) == 0:
		return &types.EmptyBatchRequest{Message: new("There should be at least one " + kind + " in the request.")}
	case len(entries) > maxBatch:
		return &types.TooManyEntriesInBatchRequest{Message: new(fmt.Sprintf("Maximum number of entries per request are %d. You have sent %d.", maxBatch, len(entries)))}
	}
	seen := map[string]bool{}
	for _, e := range entries {
		name := aws.ToString(id(e))
		if !entryID().MatchString(name) {
			return &types.InvalidBatchEntryId{Message: new("A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")}
		}
		if seen[name] {
			return &types.BatchEntryIdsNotDistinct{Message: new("Id " + name + " repeated.")}
		}
		seen[name] = true
	}
	return nil
}

// failed is the entry of a batch's answer for an entry that failed.
func failed(id *string, err error) types.BatchResultErrorEntry {
	entry := types.BatchResultErrorEntry{Id: id, Code: new("InternalError"), Message: new(err.Error())}
	if known, ok := errors.AsType[interface {
		error
		ErrorCode() string
		ErrorMessage() string
	}](err); ok {
		entry.Code, entry.Message, entry.SenderFault = new(known.ErrorCode()), new(known.ErrorMessage()), true
	}
	return entry
}
