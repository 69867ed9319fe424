package dynamodb

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Point-in-time recovery goes back 35 days unless told otherwise, up to five
// minutes before now.
const (
	maxRecoveryDays = 35
	recoveryLag     = 5 * time.Minute
)

// tableFor finds a table for the backup operations, whose error for a missing one
// is another.
func (s *Service) tableFor(name *string) (table, error) {
	t, err := s.find(name)
	if err != nil {
		return table{}, &types.TableNotFoundException{Message: new("Table not found: " + nameOf(name))}
	}
	return t, nil
}

// DescribeContinuousBackups says whether and how far back a table can be restored.
func (s *Service) DescribeContinuousBackups(_ context.Context, in *dynamodb.DescribeContinuousBackupsInput) (*dynamodb.DescribeContinuousBackupsOutput, error) {
	t, err := s.tableFor(in.TableName)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DescribeContinuousBackupsOutput{ContinuousBackupsDescription: s.backups(t)}, nil
}

// UpdateContinuousBackups switches point-in-time recovery.
func (s *Service) UpdateContinuousBackups(_ context.Context, in *dynamodb.UpdateContinuousBackupsInput) (*dynamodb.UpdateContinuousBackupsOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tableFor(in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.setRecovery(&t, in.PointInTimeRecoverySpecification); err != nil {
		return nil, err
	}
	s.tables.Set(t.Name, t)
	return &dynamodb.UpdateContinuousBackupsOutput{ContinuousBackupsDescription: s.backups(t)}, nil
}

func (s *Service) setRecovery(t *table, wanted *types.PointInTimeRecoverySpecification) error {
	if wanted == nil || !aws.ToBool(wanted.PointInTimeRecoveryEnabled) {
		t.Recovery = nil
		return nil
	}
	days := int32(maxRecoveryDays)
	if wanted.RecoveryPeriodInDays != nil {
		days = *wanted.RecoveryPeriodInDays
	}
	if days < 1 || days > maxRecoveryDays {
		return validation("1 validation error detected: Value '%d' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to "+
			"satisfy constraint: Member must have value between 1 and %d", days, maxRecoveryDays)
	}
	since := s.host.Clock.Now()
	if t.Recovery != nil {
		since = t.Recovery.Since
	}
	t.Recovery = &recovery{Since: since, Days: days}
	return nil
}

func (s *Service) backups(t table) *types.ContinuousBackupsDescription {
	point := &types.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: types.PointInTimeRecoveryStatusDisabled}
	if t.Recovery != nil {
		now := s.host.Clock.Now()
		earliest, latest := t.Recovery.Since, now.Add(-recoveryLag)
		if oldest := now.AddDate(0, 0, -int(t.Recovery.Days)); earliest.Before(oldest) {
			earliest = oldest
		}
		if latest.Before(earliest) {
			latest = earliest
		}
		point = &types.PointInTimeRecoveryDescription{
			PointInTimeRecoveryStatus: types.PointInTimeRecoveryStatusEnabled, RecoveryPeriodInDays: &t.Recovery.Days,
			EarliestRestorableDateTime: &earliest, LatestRestorableDateTime: &latest,
		}
	}
	return &types.ContinuousBackupsDescription{
		ContinuousBackupsStatus: types.ContinuousBackupsStatusEnabled, PointInTimeRecoveryDescription: point,
	}
}

// DescribeTimeToLive says which attribute expires items.
func (s *Service) DescribeTimeToLive(_ context.Context, in *dynamodb.DescribeTimeToLiveInput) (*dynamodb.DescribeTimeToLiveOutput, error) {
	t, err := s.find(in.TableName)
	if err != nil {
		return nil, err
	}
	d := &types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusDisabled}
	if t.TimeToLive != "" {
		d = &types.TimeToLiveDescription{TimeToLiveStatus: types.TimeToLiveStatusEnabled, AttributeName: &t.TimeToLive}
	}
	return &dynamodb.DescribeTimeToLiveOutput{TimeToLiveDescription: d}, nil
}

// UpdateTimeToLive switches the expiry of items by an attribute.
func (s *Service) UpdateTimeToLive(_ context.Context, in *dynamodb.UpdateTimeToLiveInput) (*dynamodb.UpdateTimeToLiveOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.find(in.TableName)
	if err != nil {
		return nil, err
	}
	attribute, enabled := aws.ToString(in.TimeToLiveSpecification.AttributeName), aws.ToBool(in.TimeToLiveSpecification.Enabled)
	switch {
	case attribute == "":
		return nil, validation("1 validation error detected: Value '' at 'timeToLiveSpecification.attributeName' failed to satisfy " +
			"constraint: Member must have length greater than or equal to 1")
	case enabled && t.TimeToLive != "":
		return nil, validation("TimeToLive is already enabled")
	case !enabled && t.TimeToLive == "":
		return nil, validation("TimeToLive is already disabled")
	case !enabled && t.TimeToLive != attribute:
		return nil, validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TimeToLive)
	}
	t.TimeToLive = ""
	if enabled {
		t.TimeToLive = attribute
	}
	s.tables.Set(t.Name, t)
	s.reorder(t)
	return &dynamodb.UpdateTimeToLiveOutput{TimeToLiveSpecification: in.TimeToLiveSpecification}, nil
}
