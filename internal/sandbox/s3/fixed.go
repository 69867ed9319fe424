package s3

import (
	"net/http"
)

// fixed are the parts of a configuration that cannot be set here, with what S3
// answers for a bucket that never had them set: a document, or an error.
var fixed = map[string]struct {
	root        string
	content     any
	code, words string
}{
	"logging":        {root: "BucketLoggingStatus", content: struct{}{}},
	"notification":   {root: "NotificationConfiguration", content: struct{}{}},
	"accelerate":     {root: "AccelerateConfiguration", content: struct{}{}},
	"requestPayment": {root: "RequestPaymentConfiguration", content: struct{ Payer string }{"BucketOwner"}},
	"policyStatus":   {root: "PolicyStatus", content: struct{ IsPublic bool }{}},
	"website":        {code: "NoSuchWebsiteConfiguration", words: "The specified bucket does not have a website configuration"},
	"replication":    {code: "ReplicationConfigurationNotFoundError", words: "The replication configuration was not found"},
	"object-lock":    {code: "ObjectLockConfigurationNotFoundError", words: "Object Lock configuration does not exist for this bucket"},
}

// serveFixed answers a request for one of them, for the location or for the access
// control list. It reports false for a request that is for none of them.
func (s *Service) serveFixed(w http.ResponseWriter, r *http.Request) (bool, error) {
	for name := range r.URL.Query() {
		f, ok := fixed[name]
		switch {
		case name == "location" && r.Method == http.MethodGet:
			s.writeLocation(w)
		case name == "acl":
			return true, s.serveACL(w, r)
		case !ok:
			continue
		case r.Method != http.MethodGet:
			return true, failure("NotImplemented", "the local platform cannot set the "+name+" of a bucket", http.StatusNotImplemented)
		case f.code != "":
			return true, failure(f.code, f.words, http.StatusNotFound)
		default:
			writeXML(w, f.root, f.content)
		}
		return true, nil
	}
	return false, nil
}

// writeLocation answers with the region, which S3 leaves empty for us-east-1.
func (s *Service) writeLocation(w http.ResponseWriter) {
	region := s.host.Region
	if region == "us-east-1" {
		region = ""
	}
	writeXML(w, "LocationConstraint", region)
}

// owner is the account as S3 shows it.
type owner struct{ ID, DisplayName string }

type grantee struct {
	Instance string `xml:"xmlns:xsi,attr"`
	Type     string `xml:"xsi:type,attr"`
	owner
}

type grant struct {
	Grantee    grantee
	Permission string
}

// serveACL tells the one list there is without access control lists: the owner
// may do everything.
func (s *Service) serveACL(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet {
		return failure("AccessControlListNotSupported", "The bucket does not allow ACLs", http.StatusBadRequest)
	}
	me := s.owner()
	all := grant{grantee{"http://www.w3.org/2001/XMLSchema-instance", "CanonicalUser", me}, "FULL_CONTROL"}
	writeXML(w, "AccessControlPolicy", struct {
		Owner  owner
		Grants []grant `xml:"AccessControlList>Grant"`
	}{me, []grant{all}})
	return nil
}

// owner is the account's canonical user.
func (s *Service) owner() owner { return owner{ID: s.host.Account, DisplayName: "keyvex"} }

// serveBuckets lists the account's buckets.
func (s *Service) serveBuckets(w http.ResponseWriter) {
	type entry struct{ Name, CreationDate string }
	list := struct {
		Owner   owner
		Buckets []entry `xml:"Buckets>Bucket"`
	}{Owner: s.owner()}
	for name, found := range s.buckets.All() {
		list.Buckets = append(list.Buckets, entry{name, found.Created.Format("2006-01-02T15:04:05.000Z")})
	}
	writeXML(w, "ListAllMyBucketsResult", list)
}
