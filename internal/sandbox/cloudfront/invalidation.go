package cloudfront

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/record"
)

// CreateInvalidation drops paths from a distribution's cache, at once.
func (s *Service) CreateInvalidation(_ context.Context, in *cloudfront.CreateInvalidationInput) (*cloudfront.CreateInvalidationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.find(in.DistributionId)
	if err != nil {
		return nil, err
	}
	batch := in.InvalidationBatch
	if batch == nil || batch.Paths == nil || len(batch.Paths.Items) == 0 || int(*empty(&batch.Paths.Quantity)) != len(batch.Paths.Items) {
		return nil, &types.InconsistentQuantities{Message: new("The value of Quantity and the size of Items don't match.")}
	}
	id := "I" + s.host.ID(host.UpperID, 25)
	made := record.Put(s.host.Clock, s.invalidations, d.ID, id, batch, nil)
	if e := s.edges[d.ID]; e != nil {
		e.invalidate(batch.Paths.Items)
	}
	return &cloudfront.CreateInvalidationOutput{
		Invalidation: showInvalidation(made),
		Location:     new("https://cloudfront.amazonaws.com/2020-05-31/distribution/" + d.ID + "/invalidation/" + id),
	}, nil
}

func (e *edge) invalidate(paths []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, path := range paths {
		e.cache.invalidate(path)
	}
}

func showInvalidation(r record.Record[types.InvalidationBatch]) *types.Invalidation {
	return &types.Invalidation{Id: &r.ID, CreateTime: &r.Created, InvalidationBatch: &r.Properties, Status: new("Completed")}
}

// GetInvalidation finds an invalidation.
func (s *Service) GetInvalidation(_ context.Context, in *cloudfront.GetInvalidationInput) (*cloudfront.GetInvalidationOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(in.DistributionId); err != nil {
		return nil, err
	}
	r, ok := s.invalidations.Get(record.Key(*in.DistributionId, value(in.Id)))
	if !ok {
		return nil, &types.NoSuchInvalidation{Message: new("The specified invalidation does not exist.")}
	}
	return &cloudfront.GetInvalidationOutput{Invalidation: showInvalidation(r)}, nil
}

// ListInvalidations lists a distribution's invalidations.
func (s *Service) ListInvalidations(_ context.Context, in *cloudfront.ListInvalidationsInput) (*cloudfront.ListInvalidationsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.find(in.DistributionId); err != nil {
		return nil, err
	}
	list := &types.InvalidationList{Items: []types.InvalidationSummary{}, IsTruncated: new(false), Marker: new(value(in.Marker)), MaxItems: new(int32(100))}
	for _, r := range record.Of(s.invalidations, *in.DistributionId) {
		list.Items = append(list.Items, types.InvalidationSummary{Id: &r.ID, CreateTime: &r.Created, Status: new("Completed")})
	}
	list.Quantity = new(int32(len(list.Items)))
	return &cloudfront.ListInvalidationsOutput{InvalidationList: list}, nil
}
