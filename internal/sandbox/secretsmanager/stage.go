package secretsmanager

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// UpdateSecretVersionStage moves, attaches or removes a staging label. A label that
// is attached moves only for a caller who names the version that has it: so two
// writers cannot overwrite each other unknowingly.
func (s *Service) UpdateSecretVersionStage(_ context.Context, in *secretsmanager.UpdateSecretVersionStageInput) (*secretsmanager.UpdateSecretVersionStageOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sec, err := s.live(in.SecretId)
	if err != nil {
		return nil, err
	}
	stage, from, to := aws.ToString(in.VersionStage), aws.ToString(in.RemoveFromVersionId), aws.ToString(in.MoveToVersionId)
	if err := sec.checkMove(stage, from, to); err != nil {
		return nil, err
	}
	if to == "" {
		sec.detach(stage)
	} else {
		sec.move(stage, to)
	}
	sec.Changed = s.host.Clock.Now()
	s.secrets.Set(sec.Name, sec)
	return &secretsmanager.UpdateSecretVersionStageOutput{ARN: &sec.ARN, Name: &sec.Name}, nil
}

func (sec *secret) checkMove(stage, from, to string) error {
	for _, id := range []string{from, to} {
		if _, ok := sec.byID(id); id != "" && !ok {
			return invalidParameter("Not a valid version: " + id)
		}
	}
	holder, attached := sec.byStage(stage)
	target, _ := sec.byID(to)
	switch {
	case from == "" && to == "":
		return invalidParameter("You must specify MoveToVersionId, RemoveFromVersionId, or both.")
	case from != "" && (!attached || holder.ID != from):
		return invalidParameter(fmt.Sprintf("Version stage %s not found in version %s", stage, from))
	case from == "" && attached && holder.ID != to:
		return invalidParameter(fmt.Sprintf("The parameter RemoveFromVersionId can't be empty. Staging label %s is currently attached "+
			"to version %s, so you must explicitly reference that version in RemoveFromVersionId.", stage, holder.ID))
	case to == "" && stage == current:
		return invalidParameter("You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.")
	case to != "" && len(target.Stages) >= maxStages && !slices.Contains(target.Stages, stage):
		return invalidParameter("You can't attach more than 20 staging labels to a version.")
	}
	return nil
}
