package providers

import (
	"cmp"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/keyvex/keyvex/internal/sandbox/host"
)

// Address is a mailbox, as SendGrid writes it.
type Address struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
}

// Personalization is an envelope of a mail.
type Personalization struct {
	To      []Address         `json:"to"`
	CC      []Address         `json:"cc,omitempty"`
	BCC     []Address         `json:"bcc,omitempty"`
	Subject string            `json:"subject,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	Custom  map[string]string `json:"custom_args,omitempty"`
}

// Content is a mail's body in one media type.
type Content struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Mail is one that SendGrid's stand-in has taken.
type Mail struct {
	// ID is the X-Message-Id that it was answered with.
	ID               string            `json:"id"`
	At               time.Time         `json:"at"`
	From             Address           `json:"from"`
	ReplyTo          *Address          `json:"reply_to,omitempty"`
	Subject          string            `json:"subject"`
	Personalizations []Personalization `json:"personalizations"`
	Content          []Content         `json:"content"`
	TemplateID       string            `json:"template_id,omitempty"`
	Categories       []string          `json:"categories,omitempty"`
	Custom           map[string]string `json:"custom_args,omitempty"`
}

// keptMails is how many mails can be looked at.
const keptMails = 100

// Mails are the last ones taken, the oldest first.
func (s *Service) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Service) listMails(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, object{"mails": append([]Mail{}, s.Mails()...)})
}

func (s *Service) sendMail(w http.ResponseWriter, r *http.Request) {
	if !accepts("integrations.sendgrid_api_key", bearer(r)) {
		answer(w, http.StatusUnauthorized, mailFault{Message: "The provided authorization grant is invalid, expired, or revoked"}.body())
		return
	}
	var m Mail
	if err := decode(w, r, &m); err != nil {
		answer(w, http.StatusBadRequest, mailFault{Message: "Bad Request"}.body())
		return
	}
	if fault := m.fault(); fault != nil {
		answer(w, http.StatusBadRequest, fault.body())
		return
	}
	if status, message := m.fate(); status != 0 {
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(s.host.Clock.Now().Unix()+1))
		answer(w, status, mailFault{Message: message}.body())
		return
	}
	m.ID, m.At = s.host.ID(host.MixedID, 22), s.host.Clock.Now()
	s.mu.Lock()
	s.mails = append(s.mails, m)
	s.mails = s.mails[max(0, len(s.mails)-keptMails):]
	s.mu.Unlock()
	w.Header().Set("X-Message-Id", m.ID)
	w.WriteHeader(http.StatusAccepted)
}

// mailFault is what SendGrid says is wrong with a request.
type mailFault struct{ Message, Field string }

func (f mailFault) body() object {
	var field any
	if f.Field != "" {
		field = f.Field
	}
	return object{"errors": []object{{"message": f.Message, "field": field, "help": nil}}}
}

// fault checks the shape as SendGrid does ("Errors" of its Mail Send API).
func (m Mail) fault() *mailFault {
	if !isAddress(m.From.Email) {
		return &mailFault{"The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.", "from.email"}
	}
	if len(m.Personalizations) == 0 {
		return &mailFault{"The personalizations field is required and must have at least one personalization.", "personalizations"}
	}
	for i, p := range m.Personalizations {
		field := fmt.Sprintf("personalizations.%d.", i)
		if len(p.To) == 0 {
			return &mailFault{"The to array is required for all personalization objects, and must have at least one email object with a valid email address.", field + "to"}
		}
		for j, to := range slices.Concat(p.To, p.CC, p.BCC) {
			if !isAddress(to.Email) {
				return &mailFault{"Does not contain a valid address.", fmt.Sprintf("%sto.%d.email", field, j)}
			}
		}
		if cmp.Or(p.Subject, m.Subject, m.TemplateID) == "" {
			return &mailFault{"The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.", "subject"}
		}
	}
	return m.contentFault()
}

func (m Mail) contentFault() *mailFault {
	if len(m.Content) == 0 && m.TemplateID == "" {
		return &mailFault{"Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one block is required.", "content"}
	}
	for i, c := range m.Content {
		if c.Type == "" || c.Value == "" {
			return &mailFault{"The content value must be a string at least one character in length.", fmt.Sprintf("content.%d.value", i)}
		}
	}
	return nil
}

func isAddress(s string) bool {
	parsed, err := mail.ParseAddress(s)
	return err == nil && parsed.Address == s
}

// fate is the status that a recipient's name asks for, 0 for none.
func (m Mail) fate() (status int, message string) {
	for _, p := range m.Personalizations {
		for _, to := range p.To {
			name, _, _ := strings.Cut(to.Email, "@")
			switch name {
			case "bounce", "refused":
				return http.StatusBadRequest, "The recipient address is refused."
			case "busy":
				return http.StatusTooManyRequests, "too many requests"
			case "down":
				return http.StatusServiceUnavailable, "service unavailable"
			}
		}
	}
	return 0, ""
}
