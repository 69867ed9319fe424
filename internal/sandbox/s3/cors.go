package s3

import (
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

// corsHeaders are what a browser's page gets to see by the first rule of the
// bucket that fits the request; none without an Origin or a rule.
func (s *Service) corsHeaders(bucketName string, r *http.Request) http.Header {
	method := r.Method
	if method == http.MethodOptions {
		method = r.Header.Get("Access-Control-Request-Method")
	}
	rule, ok := s.corsRule(bucketName, r.Header.Get("Origin"), method, requestedHeaders(r))
	if !ok {
		return nil
	}
	h := http.Header{"Vary": {"Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}}
	h.Set("Access-Control-Allow-Methods", strings.Join(rule.AllowedMethods, ", "))
	if slices.Contains(rule.AllowedOrigins, "*") {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if len(rule.ExposedHeaders) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(rule.ExposedHeaders, ", "))
	}
	if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" {
		h.Set("Access-Control-Allow-Headers", wanted)
	}
	if rule.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(*rule.MaxAge))
	}
	return h
}

// Origins are those that the buckets' CORS rules name; patterns name nobody.
func (s *Service) Origins() []string {
	var out []string
	for _, b := range s.buckets.All() {
		if b.Config.CORS == nil {
			continue
		}
		for _, rule := range b.Config.CORS.Rules {
			for _, origin := range rule.AllowedOrigins {
				if !strings.Contains(origin, "*") {
					out = append(out, origin)
				}
			}
		}
	}
	return out
}

// requestedHeaders are those that a preflight request asks for.
func requestedHeaders(r *http.Request) []string {
	return strings.FieldsFunc(strings.ToLower(r.Header.Get("Access-Control-Request-Headers")), func(c rune) bool { return c == ',' || c == ' ' })
}

func (s *Service) corsRule(bucketName, origin, method string, headers []string) (corsRule, bool) {
	found, ok := s.buckets.Get(bucketName)
	if !ok || origin == "" || found.Config.CORS == nil {
		return corsRule{}, false
	}
	for _, rule := range found.Config.CORS.Rules {
		allowed := !slices.ContainsFunc(headers, func(h string) bool { return !matchesAny(rule.AllowedHeaders, h) })
		if allowed && slices.Contains(rule.AllowedMethods, method) && matchesAny(rule.AllowedOrigins, origin) {
			return rule, true
		}
	}
	return corsRule{}, false
}

// matchesAny reports whether one of the patterns, in which "*" is any run of
// characters, fits.
func matchesAny(patterns []string, name string) bool {
	// path.Match's star stops at slashes.
	name = strings.ReplaceAll(name, "/", "|")
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		ok, err := path.Match(strings.ToLower(strings.ReplaceAll(pattern, "/", "|")), strings.ToLower(name))
		return ok && err == nil
	})
}

// Preflight answers a browser's question, unsigned, whether it may send a request
// to a bucket. It reports false for anything else.
func (s *Service) Preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	r = pathStyle(r)
	bucketName, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if _, ok := s.buckets.Get(bucketName); !ok {
		return false
	}
	headers := s.corsHeaders(bucketName, r)
	if headers == nil {
		writeError(w, r, failure("AccessForbidden", "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, "+
			"request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.", http.StatusForbidden))
		return true
	}
	for name, values := range headers {
		w.Header()[name] = values
	}
	w.WriteHeader(http.StatusOK)
	return true
}
