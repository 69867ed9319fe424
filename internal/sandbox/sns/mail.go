package sns

import (
	"cmp"
	"slices"
	"time"
)

// Mail is one that SNS would have sent. No mail leaves the sandbox.
type Mail struct {
	At            time.Time
	To, TopicARN  string
	Subject, Body string
	// Pending says that AWS would not have sent it: the address has not confirmed
	// its subscription.
	Pending bool
}

// keptMails is how many mails can be looked at.
const keptMails = 100

// Mails are the last ones, the oldest first, since the start.
func (s *Service) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Service) post(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	s.mails = s.mails[max(0, len(s.mails)-keptMails):]
}

// mailSubject is the subject, or SNS's own for a notification without one.
func (n *notification) mailSubject() string { return cmp.Or(n.subject, "AWS Notification Message") }
