package sqs

import (
	"crypto/md5" //nolint:gosec // the checksum that SQS's protocol has
	"encoding/binary"
	"encoding/hex"
	"hash"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

func bodyDigest(body string) *string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // as above
	return new(hex.EncodeToString(sum[:]))
}

// The transport types in the digest of attributes.
const (
	textTransport   = 1
	binaryTransport = 2
)

// attributesDigest is MD5 of the attributes in the order of their names, each part
// with its length before it (Amazon SQS message metadata, "Calculating the MD5
// message digest for message attributes"); nil without attributes.
func attributesDigest(attributes map[string]types.MessageAttributeValue) *string {
	if len(attributes) == 0 {
		return nil
	}
	sum := md5.New() //nolint:gosec // as above
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		value := attributes[name]
		digestPart(sum, []byte(name))
		digestPart(sum, []byte(aws.ToString(value.DataType)))
		if strings.HasPrefix(aws.ToString(value.DataType), "Binary") {
			sum.Write([]byte{binaryTransport})
			digestPart(sum, value.BinaryValue)
			continue
		}
		sum.Write([]byte{textTransport})
		digestPart(sum, []byte(aws.ToString(value.StringValue)))
	}
	return new(hex.EncodeToString(sum.Sum(nil)))
}

func digestPart(sum hash.Hash, part []byte) {
	sum.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) //nolint:gosec // a message has at most 1 MiB
	sum.Write(part)
}
