package ec2

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// AvailabilityZone is a zone as DescribeAvailabilityZones shows it.
type AvailabilityZone struct {
	ZoneName           *string `wire:"zoneName"`
	ZoneID             *string `wire:"zoneId"`
	ZoneType           *string `wire:"zoneType"`
	State              *string `wire:"zoneState"`
	RegionName         *string `wire:"regionName"`
	GroupName          *string `wire:"groupName"`
	NetworkBorderGroup *string `wire:"networkBorderGroup"`
	OptInStatus        *string `wire:"optInStatus"`
}

// DescribeAvailabilityZonesInput asks for the region's zones.
type DescribeAvailabilityZonesInput struct {
	ZoneNames []string `wire:"ZoneName,ZoneName"`
	Filters   []Filter `wire:"Filter,Filter"`
}

// DescribeAvailabilityZonesOutput lists zones.
type DescribeAvailabilityZonesOutput struct {
	AvailabilityZones []AvailabilityZone `wire:"availabilityZoneInfo,item"`
}

// DescribeAvailabilityZones lists the region's zones.
func (s *Service) DescribeAvailabilityZones(_ context.Context, in *DescribeAvailabilityZonesInput) (*DescribeAvailabilityZonesOutput, error) {
	var all []item[AvailabilityZone]
	for _, zone := range s.zones() {
		all = append(all, item[AvailabilityZone]{zone, AvailabilityZone{
			ZoneName: &zone, ZoneID: new(s.zoneID(zone)), ZoneType: new("availability-zone"), State: new("available"),
			RegionName: &s.host.Region, GroupName: new(s.host.Region + "-zg-1"), NetworkBorderGroup: &s.host.Region, OptInStatus: new("opt-in-not-required"),
		}, factsOf(nil, map[string]string{
			"zone-name": zone, "zone-id": s.zoneID(zone), "zone-type": "availability-zone", "state": "available",
			"region-name": s.host.Region, "opt-in-status": "opt-in-not-required",
		})})
	}
	some, _, err := answer(query{ids: in.ZoneNames, filters: in.Filters, missing: func(zone string) error {
		return fault("InvalidParameterValue", "Invalid availability zone: [%s]", zone)
	}}, all)
	return &DescribeAvailabilityZonesOutput{AvailabilityZones: some}, err
}

// zoneID is the id that a zone has in every account, "use1-az1".
func (s *Service) zoneID(zone string) string {
	parts := strings.Split(s.host.Region, "-")
	if len(parts) < 3 {
		return zone
	}
	return fmt.Sprintf("%s%s%s-az%d", parts[0], shortDirection(parts[1]), parts[len(parts)-1], slices.Index(s.zones(), zone)+1)
}

// shortDirection is "e" for east and "se" for southeast.
func shortDirection(word string) string {
	for _, long := range []string{"north", "south"} {
		if rest, ok := strings.CutPrefix(word, long); ok && rest != "" {
			return long[:1] + rest[:1]
		}
	}
	return word[:1]
}
