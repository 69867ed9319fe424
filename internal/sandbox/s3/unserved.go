package s3

import "net/http"

// unservedParts are the parts of buckets and objects that S3 has and the local
// platform has not, by the query parameter that asks for them.
var unservedParts = []string{
	"abac", "acl", "analytics", "attributes", "intelligent-tiering", "inventory", "legal-hold", "metadataConfiguration", "metadataTable",
	"metrics", "renameObject", "restore", "retention", "select", "session", "tagging", "torrent",
}

// unserved refuses a request for one of them: gofakes3 would take it for one for the
// bucket or the object itself, and overwrite or delete that.
func unserved(r *http.Request) error {
	query := r.URL.Query()
	for _, name := range unservedParts {
		if query.Has(name) {
			return failure("NotImplemented", "the local platform has no "+name+" of S3", http.StatusNotImplemented)
		}
	}
	return nil
}
