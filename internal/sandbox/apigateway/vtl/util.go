package vtl

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// Util is `$util`.
type Util struct{}

// Property is null: $util has methods only.
func (Util) Property(string) any { return nil }

// Call is one of the functions that API Gateway describes ("$util variables").
func (Util) Call(name string, arguments []any) any {
	if len(arguments) != 1 {
		return nil
	}
	text := Text(arguments[0])
	switch name {
	case "urlEncode":
		return urlEncode(text)
	case "urlDecode":
		if decoded, err := url.QueryUnescape(text); err == nil {
			return decoded
		}
	case "base64Encode":
		return base64.StdEncoding.EncodeToString([]byte(text))
	case "base64Decode":
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			return string(decoded)
		}
	case "escapeJavaScript":
		return escapeJavaScript(text)
	case "parseJson":
		if v, err := ParseJSON(text); err == nil {
			return v
		}
	}
	return nil
}

// urlEncode is java.net.URLEncoder: of the marks, it leaves only "*-._".
func urlEncode(text string) string {
	return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(url.QueryEscape(text))
}

// escapeJavaScript is StringEscapeUtils of Apache Commons, whose ASCII output has
// escapes for both quotes, the slash and control characters.
func escapeJavaScript(text string) string {
	var out strings.Builder
	for _, c := range text {
		switch {
		case strings.ContainsRune(`'"\/`, c):
			out.WriteString(`\` + string(c))
		case c >= ' ' && c < 0x7f:
			out.WriteRune(c)
		case strings.ContainsRune("\b\n\t\f\r", c):
			out.WriteString(map[rune]string{'\b': `\b`, '\n': `\n`, '\t': `\t`, '\f': `\f`, '\r': `\r`}[c])
		default:
			writeUnicode(&out, c)
		}
	}
	return out.String()
}

// writeUnicode writes UTF-16 units, as JavaScript has them.
func writeUnicode(out *strings.Builder, c rune) {
	if c > 0xffff {
		c -= 0x10000
		fmt.Fprintf(out, `\u%04X\u%04X`, 0xd800+c>>10, 0xdc00+c&0x3ff)
		return
	}
	fmt.Fprintf(out, `\u%04X`, c)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
