package sqs

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// handlePrefix begins the receipt handles of AWS too.
const handlePrefix = "AQEB"

// handle is the receipt handle of the latest receive: it names queue, message and
// receive, so that nothing has to be kept of it.
func (m *message) handle() *string {
	text := strings.Join([]string{m.Queue, m.id, strconv.Itoa(m.Receives)}, " ")
	return new(handlePrefix + base64.StdEncoding.EncodeToString([]byte(text)))
}

// byHandle finds the message of a receipt handle. It is nil if the message is gone
// or has been received again since; a handle that no receive gave is an error.
func (b *backlog) byHandle(q queue, handle *string) (*message, error) {
	if aws.ToString(handle) == "" {
		return nil, missing("ReceiptHandle")
	}
	text, prefixed := strings.CutPrefix(*handle, handlePrefix)
	raw, err := base64.StdEncoding.DecodeString(text)
	parts := strings.Split(string(raw), " ")
	if !prefixed || err != nil || len(parts) != 3 || parts[0] != q.Name {
		return nil, &types.ReceiptHandleIsInvalid{Message: new("The input receipt handle \"" + *handle + "\" is not a valid receipt handle.")}
	}
	m, ok := b.byID[parts[1]]
	if !ok || strconv.Itoa(m.Receives) != parts[2] {
		return nil, nil
	}
	return m, nil
}
