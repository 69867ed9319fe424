package platform

import "strings"

// findFold finds the member of all that equals name in any case of letters.
func findFold[S ~string](all []S, name string) (S, bool) {
	for _, s := range all {
		if strings.EqualFold(string(s), name) {
			return s, true
		}
	}
	return "", false
}
