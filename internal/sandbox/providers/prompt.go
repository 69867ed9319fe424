package providers

import (
	"encoding/json"
	"strings"
)

// turn is one message of a conversation, which both providers write alike.
type turn struct {
	Role    string `json:"role"`
	Content text   `json:"content"`
}

// text is a string, or a list of parts of which some are text.
type text string

// UnmarshalJSON takes either form.
func (t *text) UnmarshalJSON(raw []byte) error {
	var whole string
	if json.Unmarshal(raw, &whole) == nil {
		*t = text(whole)
		return nil
	}
	var parts []struct{ Text string }
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	var all []string
	for _, part := range parts {
		all = append(all, part.Text)
	}
	*t = text(strings.Join(all, "\n"))
	return nil
}

// turns are a conversation, or a string, which is a conversation of one turn.
type turns []turn

// UnmarshalJSON takes either form.
func (t *turns) UnmarshalJSON(raw []byte) error {
	var prompt *string
	if json.Unmarshal(raw, &prompt) == nil && prompt != nil {
		*t = turns{{Role: "user", Content: text(*prompt)}}
		return nil
	}
	return json.Unmarshal(raw, (*[]turn)(t))
}

// conversation gives the prompt, which is the last message, and spoken, which is all that counts as input.
func conversation(turns []turn) (prompt, spoken string) {
	var all []string
	for _, one := range turns {
		prompt = string(one.Content)
		all = append(all, prompt)
	}
	return prompt, strings.Join(all, "\n")
}
