package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/keyvex/keyvex/internal/platform"
)

// encode makes an item of a struct, whose json tags name the attributes, and of
// the further attributes: keys, indexes, expiry. Times become RFC 3339 text.
func encode(v any, more ...item) (item, error) {
	value, err := attribute(v)
	if err != nil {
		return nil, err
	}
	document, ok := value.(*types.AttributeValueMemberM)
	if !ok {
		return nil, fmt.Errorf("%T is no item", v)
	}
	for _, attributes := range more {
		maps.Copy(document.Value, attributes)
	}
	return document.Value, nil
}

// attribute makes an attribute of anything that encoding/json takes.
func attribute(v any) (types.AttributeValue, error) {
	document, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var plain any
	if err := decoder.Decode(&plain); err != nil {
		return nil, err
	}
	return fromPlain(plain), nil
}

func fromPlain(v any) types.AttributeValue {
	switch v := v.(type) {
	case string:
		return text(v)
	case json.Number:
		return &types.AttributeValueMemberN{Value: v.String()}
	case bool:
		return &types.AttributeValueMemberBOOL{Value: v}
	case []any:
		list := make([]types.AttributeValue, len(v))
		for i := range v {
			list[i] = fromPlain(v[i])
		}
		return &types.AttributeValueMemberL{Value: list}
	case map[string]any:
		document := item{}
		for name := range v {
			document[name] = fromPlain(v[name])
		}
		return &types.AttributeValueMemberM{Value: document}
	}
	return &types.AttributeValueMemberNULL{Value: true}
}

// decode fills the struct that out points to from an item that encode made.
func decode(in item, out any) error {
	document, err := json.Marshal(toPlain(&types.AttributeValueMemberM{Value: in}))
	if err != nil {
		return err
	}
	return json.Unmarshal(document, out)
}

func toPlain(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return json.Number(v.Value)
	case *types.AttributeValueMemberBOOL:
		return v.Value
	case *types.AttributeValueMemberSS:
		return v.Value
	case *types.AttributeValueMemberL:
		list := make([]any, len(v.Value))
		for i := range v.Value {
			list[i] = toPlain(v.Value[i])
		}
		return list
	case *types.AttributeValueMemberM:
		document := map[string]any{}
		for name := range v.Value {
			document[name] = toPlain(v.Value[name])
		}
		return document
	}
	return nil
}

// expires is the TTL attribute, in whole seconds. DynamoDB removes the item some
// time after, within days.
func expires(at time.Time) item { return item{platform.TTLAttribute: epoch(at)} }

func epoch(at time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(at.Unix(), 10)}
}

// expiry reads the TTL attribute; the zero time without one.
func expiry(in item) time.Time {
	number, ok := in[platform.TTLAttribute].(*types.AttributeValueMemberN)
	if !ok {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(number.Value, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
