package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

// leaf is a server's certificate.
type leaf struct {
	certificate *tls.Certificate
	renew       time.Time
}

// TLS is the configuration of a server on this machine: for 127.0.0.1, ::1 and
// localhost, and for the given names.
func (a *Authority) TLS(names ...string) *tls.Config {
	all := slices.Compact(slices.Sorted(slices.Values(append([]string{"127.0.0.1", "::1", "localhost"}, names...))))
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return a.leaf(all) },
	}
}

// leaf gives the certificate for some names, a new one when it is about to expire.
func (a *Authority) leaf(names []string) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key, now := strings.Join(names, ","), a.clock.Now()
	if l, ok := a.leaves[key]; ok && now.Before(l.renew) {
		return l.certificate, nil
	}
	certificate, err := a.sign(names, now)
	if err != nil {
		return nil, err
	}
	a.leaves[key] = &leaf{certificate, now.Add(leafLife - leafRenew)}
	return certificate, nil
}

func (a *Authority) sign(names []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("authority: make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: names[len(names)-1]},
		NotBefore: now.Add(-early), NotAfter: now.Add(leafLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("authority: sign a certificate: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, nil
}
