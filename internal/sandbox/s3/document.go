package s3

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
)

// document is a part of a bucket's configuration as requests name it ("?cors").
type document struct {
	// root is the XML document's root element.
	root string
	// get gives the part, nil if it is not set.
	get func(configuration) any
	// put replaces it with what the request holds, or with the default for nil.
	put func(c *configuration, body []byte) error
	// code and words are of the error for a part that is not set.
	code, words string
}

// part makes the document of a field.
func part[T any](root, code, words string, field func(*configuration) **T) document {
	return document{
		root: root, code: code, words: words,
		get: func(c configuration) any {
			if v := *field(&c); v != nil {
				return v
			}
			return nil
		},
		put: func(c *configuration, body []byte) error {
			if body == nil {
				*field(c) = nil
				return nil
			}
			v := new(T)
			if err := xml.Unmarshal(body, v); err != nil {
				return failure("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", http.StatusBadRequest)
			}
			*field(c) = v
			return nil
		},
	}
}

var documents = map[string]document{
	"publicAccessBlock": part("PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found",
		func(c *configuration) **publicAccess { return &c.PublicAccess }),
	"encryption": part("ServerSideEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found",
		func(c *configuration) **encryption { return &c.Encryption }),
	"ownershipControls": part("OwnershipControls", "OwnershipControlsNotFoundError", "The bucket ownership controls were not found",
		func(c *configuration) **ownership { return &c.Ownership }),
	"cors": part("CORSConfiguration", "NoSuchCORSConfiguration", "The CORS configuration does not exist",
		func(c *configuration) **cors { return &c.CORS }),
	"lifecycle": part("LifecycleConfiguration", "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist",
		func(c *configuration) **lifecycle { return &c.Lifecycle }),
	"tagging": part("Tagging", "NoSuchTagSet", "The TagSet does not exist",
		func(c *configuration) **tagging { return &c.Tags }),
	"policy": {code: "NoSuchBucketPolicy", words: "The bucket policy does not exist", get: func(c configuration) any {
		if c.Policy == nil {
			return nil
		}
		return c.Policy
	}, put: putPolicy},
}

// putPolicy takes a policy document after a look at its outline.
func putPolicy(c *configuration, body []byte) error {
	if body == nil {
		c.Policy = nil
		return nil
	}
	var policy struct{ Statement any }
	switch err := json.Unmarshal(body, &policy); {
	case err != nil:
		return failure("MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'", http.StatusBadRequest)
	case policy.Statement == nil:
		return failure("MalformedPolicy", "Missing required field Statement", http.StatusBadRequest)
	}
	c.Policy = json.RawMessage(body)
	return nil
}

// serveDocument answers a request for a part of a bucket's configuration.
func (s *Service) serveDocument(w http.ResponseWriter, r *http.Request, bucketName string, d document) error {
	switch r.Method {
	case http.MethodGet:
		return s.getDocument(w, bucketName, d)
	case http.MethodPut:
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		if err := s.configure(bucketName, func(c *configuration) error { return d.put(c, body) }); err != nil {
			return err
		}
		if d.root == "" {
			w.WriteHeader(http.StatusNoContent)
		}
		return nil
	case http.MethodDelete:
		err := s.configure(bucketName, func(c *configuration) error { return d.clear(c) })
		if err == nil {
			w.WriteHeader(http.StatusNoContent)
		}
		return err
	}
	return failure("MethodNotAllowed", "The specified method is not allowed against this resource.", http.StatusMethodNotAllowed)
}

// clear removes the part; a bucket is never without encryption.
func (d document) clear(c *configuration) error {
	if err := d.put(c, nil); err != nil {
		return err
	}
	if c.Encryption == nil {
		c.Encryption = newConfiguration().Encryption
	}
	return nil
}

func (s *Service) getDocument(w http.ResponseWriter, bucketName string, d document) error {
	found, ok := s.buckets.Get(bucketName)
	if !ok {
		return noSuchBucket()
	}
	switch v := d.get(found.Config).(type) {
	case nil:
		return failure(d.code, d.words, http.StatusNotFound)
	case json.RawMessage:
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(v)
		return err
	default:
		writeXML(w, d.root, v)
		return nil
	}
}

// configure changes a bucket's configuration.
func (s *Service) configure(bucketName string, change func(*configuration) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.buckets.Get(bucketName)
	if !ok {
		return noSuchBucket()
	}
	if err := change(&found.Config); err != nil {
		return err
	}
	s.buckets.Set(bucketName, found)
	return s.saved(nil)
}
