package s3

import (
	"encoding/json"

	"github.com/keyvex/keyvex/internal/sandbox/resource"
)

// configuration is what can be set on a bucket. Each part has two spellings: the
// xml tags are the S3 API's, the json tags (or names) those of AWS::S3::Bucket.
type configuration struct {
	PublicAccess *publicAccess `json:",omitempty"`
	Encryption   *encryption   `json:",omitempty"`
	Ownership    *ownership    `json:",omitempty"`
	Versioning   *versioning   `json:",omitempty"`
	CORS         *cors         `json:",omitempty"`
	Lifecycle    *lifecycle    `json:",omitempty"`
	Tags         *tagging      `json:",omitempty"`
	// Policy is the bucket policy's document.
	Policy json.RawMessage `json:",omitempty"`
}

// newConfiguration is that of a new bucket: nothing public, encrypted with S3's
// own keys, no access control lists (S3's defaults since April 2023).
func newConfiguration() configuration {
	rule := encryptionRule{Default: encryptionDefault{Algorithm: "AES256"}}
	return configuration{
		PublicAccess: &publicAccess{true, true, true, true},
		Encryption:   &encryption{Rules: []encryptionRule{rule}},
		Ownership:    &ownership{Rules: []ownershipRule{{"BucketOwnerEnforced"}}},
	}
}

type publicAccess struct {
	BlockPublicAcls       bool
	IgnorePublicAcls      bool
	BlockPublicPolicy     bool
	RestrictPublicBuckets bool
}

type encryption struct {
	Rules []encryptionRule `xml:"Rule" json:"ServerSideEncryptionConfiguration" cfn:"required"`
}

type encryptionRule struct {
	Default   encryptionDefault `xml:"ApplyServerSideEncryptionByDefault" json:"ServerSideEncryptionByDefault"`
	BucketKey *bool             `xml:"BucketKeyEnabled" json:"BucketKeyEnabled,omitempty"`
}

type encryptionDefault struct {
	Algorithm string  `xml:"SSEAlgorithm" json:"SSEAlgorithm" cfn:"required"`
	KeyID     *string `xml:"KMSMasterKeyID" json:"KMSMasterKeyID,omitempty"`
}

type ownership struct {
	Rules []ownershipRule `xml:"Rule" cfn:"required"`
}

type ownershipRule struct{ ObjectOwnership string }

type versioning struct {
	Status string `cfn:"required" xml:",omitempty"`
}

type cors struct {
	Rules []corsRule `xml:"CORSRule" json:"CorsRules" cfn:"required"`
}

type corsRule struct {
	ID             *string  `xml:"ID" json:"Id,omitempty"`
	AllowedHeaders []string `xml:"AllowedHeader" json:"AllowedHeaders,omitempty"`
	AllowedMethods []string `xml:"AllowedMethod" json:"AllowedMethods" cfn:"required"`
	AllowedOrigins []string `xml:"AllowedOrigin" json:"AllowedOrigins" cfn:"required"`
	ExposedHeaders []string `xml:"ExposeHeader" json:"ExposedHeaders,omitempty"`
	MaxAge         *int     `xml:"MaxAgeSeconds" json:"MaxAge,omitempty"`
}

type lifecycle struct {
	Rules []lifecycleRule `xml:"Rule" cfn:"required"`
}

type lifecycleRule struct {
	ID                    *string                `xml:"ID" json:"Id,omitempty"`
	Prefix                *string                `xml:"Filter>Prefix" json:"Prefix,omitempty"`
	Status                string                 `cfn:"required"`
	Days                  *int                   `xml:"Expiration>Days" json:"ExpirationInDays,omitempty"`
	OnlyMarkers           *bool                  `xml:"Expiration>ExpiredObjectDeleteMarker" json:"ExpiredObjectDeleteMarker,omitempty"`
	Transitions           []transition           `xml:"Transition" json:"Transitions,omitempty"`
	NoncurrentTransitions []noncurrentTransition `xml:"NoncurrentVersionTransition" json:"NoncurrentVersionTransitions,omitempty"`
	NoncurrentExpiration  *noncurrentExpiration  `xml:"NoncurrentVersionExpiration" json:"NoncurrentVersionExpiration,omitempty"`
	Abort                 *abortUploads          `xml:"AbortIncompleteMultipartUpload" json:"AbortIncompleteMultipartUpload,omitempty"`
}

type transition struct {
	Days  *int   `xml:"Days" json:"TransitionInDays,omitempty"`
	Class string `xml:"StorageClass" json:"StorageClass" cfn:"required"`
}

type noncurrentTransition struct {
	Days  int    `xml:"NoncurrentDays" json:"TransitionInDays" cfn:"required"`
	Class string `xml:"StorageClass" json:"StorageClass" cfn:"required"`
}

type noncurrentExpiration struct {
	NoncurrentDays          int  `cfn:"required"`
	NewerNoncurrentVersions *int `json:",omitempty"`
}

type abortUploads struct {
	DaysAfterInitiation int `cfn:"required"`
}

type tagging struct {
	Tags []resource.Tag `xml:"TagSet>Tag"`
}
