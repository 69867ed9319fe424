package dynamodb

import (
	"github.com/keyvex/keyvex/internal/sandbox/dynamodb/value"
)

// AWS's limits of sizes in bytes.
const (
	maxItem         = 400 << 10
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

func badKey() error { return validation("The provided key element does not match the schema") }

// keyed checks a Key parameter and gives the item's key.
func (c *collection) keyed(key value.Item) (string, error) {
	own := c.primary().schema
	if len(key) != len(own) {
		return "", badKey()
	}
	for i, part := range own {
		v := key[part.name]
		if v == nil || value.Type(v) != string(part.typ) {
			return "", badKey()
		}
		if err := checkKeyValue(part.name, v, i == 0); err != nil {
			return "", err
		}
	}
	order, _ := own.order(key)
	return order, nil
}

// checkKeyValue holds the value of a key attribute, whose type is right, against
// the rules of keys.
func checkKeyValue(name string, v value.Value, partition bool) error {
	if err := value.Check(v); err != nil {
		return err
	}
	size, kind := 1, "string"
	switch v := v.(type) {
	case *value.S:
		size = len(v.Value)
	case *value.B:
		size, kind = len(v.Value), "binary"
	}
	switch {
	case size == 0:
		return validation("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "+
			"empty %s value. Key: %s", kind, name)
	case partition && size > maxPartitionKey:
		return invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes")
	case !partition && size > maxSortKey:
		return invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
	}
	return nil
}

// keyedItem checks a whole item's keys, those of indexes too, and gives its key.
func (c *collection) keyedItem(item value.Item) (string, error) {
	own := c.primary().schema
	for i, part := range own {
		v, there := item[part.name]
		if !there {
			return "", invalid("Missing the key %s in the item", part.name)
		}
		if value.Type(v) != string(part.typ) {
			return "", invalid("Type mismatch for key %s expected: %s actual: %s", part.name, part.typ, value.Type(v))
		}
		if err := checkKeyValue(part.name, v, i == 0); err != nil {
			return "", err
		}
	}
	order, _ := own.order(item)
	return order, c.checkIndexKeys(item)
}

// checkIndexKeys wants the right type of those index keys that the item has.
func (c *collection) checkIndexKeys(item value.Item) error {
	for _, v := range c.views[1:] {
		for i, part := range v.schema {
			attribute, there := item[part.name]
			if !there {
				continue
			}
			if value.Type(attribute) != string(part.typ) {
				return invalid("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s",
					part.name, part.typ, value.Type(attribute), v.name)
			}
			if err := checkKeyValue(part.name, attribute, i == 0); err != nil {
				return err
			}
		}
	}
	return nil
}
