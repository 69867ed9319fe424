package dynamodb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// maxSegments is how many workers a parallel scan may have.
const maxSegments = 1000000

// Scan reads all items of a table or index, or those of one segment.
func (s *Service) Scan(_ context.Context, in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	err := firstOf(
		legacy("AttributesToGet", in.AttributesToGet != nil),
		legacy("ScanFilter", in.ScanFilter != nil || in.ConditionalOperator != ""),
		checkSegments(in.Segment, in.TotalSegments))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.reader(request{
		table: in.TableName, index: in.IndexName, filter: in.FilterExpression, projection: in.ProjectionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues, selected: in.Select, limit: in.Limit,
		start: in.ExclusiveStartKey, consistent: aws.ToBool(in.ConsistentRead),
	})
	if err != nil {
		return nil, err
	}
	r.segment, r.segments = uint32(aws.ToInt32(in.Segment)), uint32(aws.ToInt32(in.TotalSegments))
	if err := firstOf(r.scope.CheckUsed(), r.startAfter()); err != nil {
		return nil, err
	}
	p := s.read(r)
	used := r.usage(p)
	s.measure(used)
	s.measureReturned("Scan", r.collection, p)
	return &dynamodb.ScanOutput{
		Items: itemsOf(r, p), Count: p.count, ScannedCount: p.scanned, LastEvaluatedKey: p.last,
		ConsumedCapacity: used.shown(in.ReturnConsumedCapacity),
	}, nil
}

func checkSegments(segment, total *int32) error {
	switch {
	case segment == nil && total == nil:
		return nil
	case total == nil:
		return validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case segment == nil:
		return validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case *total < 1 || *total > maxSegments:
		return validation("1 validation error detected: Value '%d' at 'totalSegments' failed to satisfy constraint: "+
			"Member must have value between 1 and %d", *total, maxSegments)
	case *segment < 0 || *segment >= *total:
		return validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", *segment, *total)
	}
	return nil
}
