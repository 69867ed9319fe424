package kms_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	service "github.com/keyvex/keyvex/internal/sandbox/kms"
	"github.com/keyvex/keyvex/internal/sandbox/oracle"
)

const properties = `{"Description":"alerts","EnableKeyRotation":true,"KeyPolicy":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}]}}`

func TestKeysLiveAsResources(t *testing.T) {
	s := service.New(oracle.Host())
	stack := oracle.NewStack(t, s.Resources())
	made := stack.Create("AWS::KMS::Key", "Key", properties)
	if made.Attributes["Arn"] != "arn:aws:kms:us-east-1:123456789012:key/"+made.PhysicalID || len(made.PhysicalID) != 36 {
		t.Errorf("became %+v", made)
	}
	alias := `{"AliasName":"alias/keyvex","TargetKeyId":"` + made.PhysicalID + `"}`
	stack.Create("AWS::KMS::Alias", "Alias", alias)
	client := kms.NewFromConfig(oracle.Config(s.Wire()))
	status, err := client.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: new("alias/keyvex")})
	if err != nil || !status.KeyRotationEnabled || *status.RotationPeriodInDays != 365 {
		t.Errorf("rotation is %+v %v", status, err)
	}
	if _, err := stack.Try("AWS::KMS::Alias", "Alias", alias); err == nil || !strings.Contains(err.Error(), "already exists") {
		t.Errorf("a second alias: %v", err)
	}
	stack.Update("AWS::KMS::Key", "Key", made.PhysicalID, properties, strings.Replace(properties, "alerts", "other", 1))
	stack.Delete("AWS::KMS::Alias", "Alias", "alias/keyvex", alias)
	stack.Delete("AWS::KMS::Key", "Key", made.PhysicalID, properties)
	out, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &made.PhysicalID})
	if err != nil || out.KeyMetadata.KeyState != "PendingDeletion" || out.KeyMetadata.Enabled {
		t.Errorf("a deleted key is %+v %v", out, err)
	}
	for bad, want := range map[string]string{
		`{"PendingWindowInDays":1}`:                       "PendingWindowInDays must be between 7 and 30",
		`{"KeySpec":"RSA_2048","EnableKeyRotation":true}`: "symmetric",
		`{"KeyPolicy":"no"}`:                              "invalid JSON",
	} {
		if _, err := stack.Try("AWS::KMS::Key", "Bad", bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestAnswersAreMotos(t *testing.T) {
	ours := kms.NewFromConfig(oracle.Config(service.New(oracle.Host()).Wire()))
	ids := map[*kms.Client]*string{}
	oracle.Compare(t, ours, kms.NewFromConfig(oracle.Moto(t)), []oracle.Step[*kms.Client]{
		{Name: "create", Call: func(c *kms.Client) (any, error) {
			out, err := c.CreateKey(t.Context(), &kms.CreateKeyInput{Description: new("d")})
			if err != nil {
				return nil, err
			}
			m := out.KeyMetadata
			ids[c] = m.KeyId
			return []any{m.Description, m.Enabled, m.KeyState, m.KeySpec, m.Origin, m.KeyManager, m.EncryptionAlgorithms}, nil
		}},
		{Name: "no such key", Call: func(c *kms.Client) (any, error) {
			return c.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: new("00000000-0000-4000-8000-000000000000")})
		}},
		{Name: "rotation", Call: func(c *kms.Client) (any, error) {
			if _, err := c.EnableKeyRotation(t.Context(), &kms.EnableKeyRotationInput{KeyId: ids[c]}); err != nil {
				return nil, err
			}
			out, err := c.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: ids[c]})
			if err != nil {
				return nil, err
			}
			return out.KeyRotationEnabled, nil
		}},
		{Name: "keys", Call: func(c *kms.Client) (any, error) {
			out, err := c.ListKeys(t.Context(), &kms.ListKeysInput{})
			if err != nil {
				return nil, err
			}
			return []any{len(out.Keys), out.Truncated}, nil
		}},
		{Name: "deletion", Call: func(c *kms.Client) (any, error) {
			if _, err := c.ScheduleKeyDeletion(t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: ids[c], PendingWindowInDays: new(int32(7))}); err != nil {
				return nil, err
			}
			out, err := c.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: ids[c]})
			if err != nil {
				return nil, err
			}
			return []any{out.KeyMetadata.KeyState, out.KeyMetadata.Enabled}, nil
		}},
	})
}
