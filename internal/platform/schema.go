package platform

// The table's key attributes, as the seed's Database Schema names them.
const (
	PartitionKey = "PK"
	SortKey      = "SK"
	// TTLAttribute holds an item's expiry, in seconds since 1970.
	TTLAttribute = "TTL"
)

// Index is a global secondary index of the table.
type Index string

// The two indexes of the seed.
const (
	GSI1 Index = "GSI1"
	GSI2 Index = "GSI2"
)

// Indexes lists the two.
var Indexes = []Index{GSI1, GSI2}

// PartitionKey is the index's partition key attribute.
func (i Index) PartitionKey() string { return string(i) + PartitionKey }

// SortKey is the index's sort key attribute.
func (i Index) SortKey() string { return string(i) + SortKey }

// ToolAssetsPrefix begins the object keys of tool assets, since CloudFront serves
// that bucket below the same path.
const ToolAssetsPrefix = "tools/"
