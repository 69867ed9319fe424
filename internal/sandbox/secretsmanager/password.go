package secretsmanager

import (
	"context"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/keyvex/keyvex/internal/sandbox/wire"
)

// The kinds of characters that a password is made of; punctuation as the API
// reference of GetRandomPassword lists it.
const (
	lowercase   = "abcdefghijklmnopqrstuvwxyz"
	uppercase   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numbers     = "0123456789"
	punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

// Lengths of passwords.
const (
	defaultLength = 32
	maxLength     = 4096
)

// passwordRules are the members that GetRandomPassword and CloudFormation's
// GenerateSecretString have in common.
type passwordRules struct {
	PasswordLength          *int64
	ExcludeCharacters       string
	ExcludeLowercase        *bool
	ExcludeNumbers          *bool
	ExcludePunctuation      *bool
	ExcludeUppercase        *bool
	IncludeSpace            *bool
	RequireEachIncludedType *bool
}

// GetRandomPassword makes a password and keeps nothing of it.
func (s *Service) GetRandomPassword(_ context.Context, in *secretsmanager.GetRandomPasswordInput) (*secretsmanager.GetRandomPasswordOutput, error) {
	rules := passwordRules{
		PasswordLength: in.PasswordLength, ExcludeLowercase: in.ExcludeLowercase, ExcludeNumbers: in.ExcludeNumbers,
		ExcludePunctuation: in.ExcludePunctuation, ExcludeUppercase: in.ExcludeUppercase, IncludeSpace: in.IncludeSpace,
		RequireEachIncludedType: in.RequireEachIncludedType,
	}
	if in.ExcludeCharacters != nil {
		rules.ExcludeCharacters = *in.ExcludeCharacters
	}
	password, err := rules.password(s.host.Random)
	if err != nil {
		return nil, err
	}
	return &secretsmanager.GetRandomPasswordOutput{RandomPassword: &password}, nil
}

// kinds lists the characters of each kind that a password may have.
func (r passwordRules) kinds() []string {
	var out []string
	add := func(exclude *bool, characters string) {
		if exclude != nil && *exclude {
			return
		}
		kept := strings.Map(func(c rune) rune {
			if strings.ContainsRune(r.ExcludeCharacters, c) {
				return -1
			}
			return c
		}, characters)
		if kept != "" {
			out = append(out, kept)
		}
	}
	add(r.ExcludeLowercase, lowercase)
	add(r.ExcludeUppercase, uppercase)
	add(r.ExcludeNumbers, numbers)
	add(r.ExcludePunctuation, punctuation)
	if r.IncludeSpace != nil && *r.IncludeSpace {
		add(nil, " ")
	}
	return out
}

// password draws characters, one of each kind first, and shuffles them.
func (r passwordRules) password(random io.Reader) (string, error) {
	length := defaultLength
	if r.PasswordLength != nil {
		length = int(*r.PasswordLength)
	}
	kinds := r.kinds()
	required := kinds
	if r.RequireEachIncludedType != nil && !*r.RequireEachIncludedType {
		required = nil
	}
	switch {
	case length > maxLength:
		return "", &wire.Error{Code: "ValidationException", Message: "1 validation error detected: Value at 'passwordLength' failed to " +
			"satisfy constraint: Member must have value less than or equal to 4096"}
	case length < max(len(required), 1):
		return "", invalidParameter("Password length is too short based on the required types.")
	case len(kinds) == 0:
		return "", invalidParameter("Password must include at least one type of character.")
	}
	out := make([]byte, 0, length)
	for _, characters := range required {
		out = append(out, characters[draw(random, len(characters))])
	}
	for all := strings.Join(kinds, ""); len(out) < length; {
		out = append(out, all[draw(random, len(all))])
	}
	for i := len(out) - 1; i > 0; i-- {
		j := draw(random, i+1)
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}

// draw gives an even number below n, at most 65,536: what is at or above the
// largest multiple of n is drawn again.
func draw(random io.Reader, n int) int {
	limit := 1<<16 - 1<<16%n
	raw := make([]byte, 2)
	for {
		if _, err := io.ReadFull(random, raw); err != nil {
			panic("sandbox: no randomness: " + err.Error())
		}
		if v := int(raw[0])<<8 | int(raw[1]); v < limit {
			return v % n
		}
	}
}
