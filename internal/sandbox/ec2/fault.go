package ec2

import (
	"fmt"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

func fault(code, format string, args ...any) error {
	return &wire.Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// noun is how EC2's errors speak of a kind of thing: the code's and the message's.
type noun struct{ code, word string }

var (
	vpcNoun         = noun{"InvalidVpcID.NotFound", "vpc ID"}
	subnetNoun      = noun{"InvalidSubnetID.NotFound", "subnet ID"}
	routeTableNoun  = noun{"InvalidRouteTableID.NotFound", "routeTable ID"}
	groupNoun       = noun{"InvalidGroup.NotFound", "security group"}
	groupRuleNoun   = noun{"InvalidSecurityGroupRuleId.NotFound", "security group rule ID"}
	endpointNoun    = noun{"InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"}
	prefixListNoun  = noun{"InvalidPrefixListID.NotFound", "prefix list ID"}
	associationNoun = noun{"InvalidAssociationID.NotFound", "association ID"}
)

func (n noun) missing(id string) error {
	return fault(n.code, "The %s '%s' does not exist", n.word, id)
}

func dependencies(kind, id string) error {
	return fault("DependencyViolation", "The %s '%s' has dependencies and cannot be deleted.", kind, id)
}
