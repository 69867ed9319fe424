package wire

import (
	"reflect"
	"sync"

	dynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// unions are the member structs of each of the SDK's union interfaces, which
// reflection cannot list.
var unions sync.Map

func init() {
	Union[dynamodb.AttributeValue](
		&dynamodb.AttributeValueMemberS{}, &dynamodb.AttributeValueMemberN{}, &dynamodb.AttributeValueMemberB{},
		&dynamodb.AttributeValueMemberBOOL{}, &dynamodb.AttributeValueMemberNULL{},
		&dynamodb.AttributeValueMemberM{}, &dynamodb.AttributeValueMemberL{},
		&dynamodb.AttributeValueMemberSS{}, &dynamodb.AttributeValueMemberNS{}, &dynamodb.AttributeValueMemberBS{},
	)
}

// Union makes the members of a union known, before the first request that has
// one. I is the SDK's interface, the members are pointers to its structs.
func Union[I any](members ...I) {
	var types []reflect.Type
	for _, m := range members {
		types = append(types, reflect.TypeOf(m).Elem())
	}
	unions.Store(reflect.TypeFor[I](), types)
}

// UnionMembers are the structs registered for the union, the first of them a plain one.
func UnionMembers(t reflect.Type) []reflect.Type {
	members, _ := unions.Load(t)
	types, _ := members.([]reflect.Type)
	return types
}
