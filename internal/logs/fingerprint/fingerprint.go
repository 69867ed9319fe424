// Package fingerprint makes one text of all messages that differ only in what is
// different each time, so that errors can be counted by their kind.
//
//	2026-11-22T10:00:00Z                     <time>
//	ann@example.com                          <mail>
//	6557b551-2d8c-009e-aaaa-c3249b0a15ac     <id>
//	req_011CSHoEeqs5C35K2UUqR7Fy             req_<id>
//	job-36406975069fee43, 0xc000123          job-<id>, <id>
//	10.0.3.17:443                            <ip>
//	3.905, 1024, 20ms                        <n>, <n>, <n>ms
//
// Some numbers stay, since they tell errors apart: HTTP's 4xx and 5xx that stand
// alone, and those within names, such as gpt-5.4-mini or x509.
package fingerprint

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/keyvex/keyvex/internal/lazy"
)

// longest is how many bytes of a message count: what follows is detail.
const longest = 400

// Of is the message's fingerprint, with white space made one blank.
func Of(message string) string {
	if len(message) > longest {
		message = message[:longest]
	}
	message = strings.Join(strings.Fields(strings.ToValidUTF8(message, "")), " ")
	message = shaped().ReplaceAllStringFunc(message, shape)
	var out strings.Builder
	for i, word := range strings.Split(message, " ") {
		if i > 0 {
			out.WriteByte(' ')
		}
		writeWord(&out, word)
	}
	return out.String()
}

// ID is a short name for a fingerprint, twelve hexadecimal digits.
func ID(fingerprint string) string {
	sum := sha256.Sum256([]byte(fingerprint))
	return hex.EncodeToString(sum[:6])
}

// shaped finds what is known by its shape alone.
var shaped = lazy.Regexp(`\b\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?` +
	`|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+` +
	`|\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b` +
	`|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b`)

func shape(found string) string {
	switch {
	case strings.Contains(found, "@"):
		return "<mail>"
	case len(found) == 36 && found[8] == '-':
		return "<id>"
	case strings.Count(found, ".") == 3:
		return "<ip>"
	}
	return "<time>"
}
