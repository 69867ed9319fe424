package kms

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/keyvex/keyvex/internal/sandbox/host"
	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// keyProperties are those of AWS::KMS::Key.
type keyProperties struct {
	BypassPolicyLockoutSafetyCheck *bool
	Description                    *string
	EnableKeyRotation              *bool
	Enabled                        *bool
	KeyPolicy                      any
	KeySpec                        types.KeySpec
	KeyUsage                       types.KeyUsageType
	MultiRegion                    *bool
	Origin                         types.OriginType
	PendingWindowInDays            *int32
	RotationPeriodInDays           *int32
	Tags                           []resource.Tag
}

type key struct {
	ID         string
	Created    time.Time
	Properties keyProperties
	AllTags    map[string]string
	// Deleted is when a key scheduled for deletion goes; nil for others.
	Deleted *time.Time
}

func (s *Service) arn(id string) string { return s.host.ARN("kms", "key/"+id) }

// newKey makes a key that nobody has properties of yet.
func (s *Service) newKey() key {
	hex := s.host.ID(host.Hex, 32)
	id := strings.Join([]string{hex[:8], hex[8:12], "4" + hex[13:16], "a" + hex[17:20], hex[20:]}, "-")
	return key{ID: id, Created: s.now()}
}

func (s *Service) now() time.Time { return s.host.Clock.Now().UTC().Truncate(time.Millisecond) }

// find finds a key by id, ARN, alias name or alias ARN.
func (s *Service) find(name *string) (key, error) {
	id := strings.TrimPrefix(value(name), s.arn(""))
	if alias := strings.TrimPrefix(id, s.host.ARN("kms", "")); strings.HasPrefix(alias, "alias/") {
		found, ok := s.aliases.Get("/" + alias)
		if !ok {
			return key{}, notFound("Alias %s is not found.", s.host.ARN("kms", alias))
		}
		id = strings.TrimPrefix(found.Properties.TargetKeyId, s.arn(""))
	}
	k, ok := s.keys.Get(id)
	if !ok || k.Deleted != nil && !k.Deleted.After(s.now()) {
		return key{}, notFound("Key '%s' does not exist", s.arn(id))
	}
	return k, nil
}

// usable finds a key that is not on its way out.
func (s *Service) usable(name *string) (key, error) {
	k, err := s.find(name)
	if err == nil && k.Deleted != nil {
		return k, &types.KMSInvalidStateException{Message: new(s.arn(k.ID) + " is pending deletion.")}
	}
	return k, err
}

func (p keyProperties) symmetric() bool {
	return p.KeySpec == "" || p.KeySpec == types.KeySpecSymmetricDefault
}

// check refuses a key that KMS would refuse.
func (p keyProperties) check() error {
	if policy := resource.Document(p.KeyPolicy); policy != "" && !strings.HasPrefix(strings.TrimSpace(policy), "{") || policy != "" && !json.Valid([]byte(policy)) {
		return &types.MalformedPolicyDocumentException{Message: new("Policy contains invalid JSON")}
	}
	if isTrue(p.EnableKeyRotation) && !p.symmetric() {
		return &types.UnsupportedOperationException{Message: new("Automatic rotation is for symmetric encryption keys only.")}
	}
	if days := p.RotationPeriodInDays; days != nil && (*days < 90 || *days > 2560) {
		return validation("RotationPeriodInDays must be between 90 and 2560, got %d", *days)
	}
	if days := p.PendingWindowInDays; days != nil && (*days < 7 || *days > 30) {
		return validation("PendingWindowInDays must be between 7 and 30, got %d", *days)
	}
	return nil
}

func (k key) state() types.KeyState {
	switch {
	case k.Deleted != nil:
		return types.KeyStatePendingDeletion
	case k.Properties.Enabled != nil && !*k.Properties.Enabled:
		return types.KeyStateDisabled
	}
	return types.KeyStateEnabled
}

func (s *Service) metadata(k key) types.KeyMetadata {
	m := types.KeyMetadata{
		KeyId: &k.ID, Arn: new(s.arn(k.ID)), AWSAccountId: &s.host.Account, CreationDate: &k.Created, Description: new(value(k.Properties.Description)),
		KeyState: k.state(), Enabled: k.state() == types.KeyStateEnabled, KeyManager: types.KeyManagerTypeCustomer, MultiRegion: new(isTrue(k.Properties.MultiRegion)),
		KeySpec: types.KeySpecSymmetricDefault, KeyUsage: types.KeyUsageTypeEncryptDecrypt, Origin: types.OriginTypeAwsKms, DeletionDate: k.Deleted,
	}
	if !k.Properties.symmetric() {
		m.KeySpec = k.Properties.KeySpec
	} else {
		m.EncryptionAlgorithms = []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}
	}
	m.CustomerMasterKeySpec = types.CustomerMasterKeySpec(m.KeySpec) //nolint:staticcheck // deprecated, and answered all the same
	if k.Properties.KeyUsage != "" {
		m.KeyUsage = k.Properties.KeyUsage
	}
	return m
}

// policy is the key's own, or the one that KMS gives: all to the account.
func (s *Service) policy(k key) string {
	if own := resource.Document(k.Properties.KeyPolicy); own != "" {
		return own
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Id":"key-default-1","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"%s"},"Action":"kms:*","Resource":"*"}]}`,
		s.host.GlobalARN("iam", "root"))
}
