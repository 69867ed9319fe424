// Package authority is a certificate authority for servers on this machine alone:
// those that the sandbox's services run behind TLS.
//
// Its key and certificate are in the state folder, so that clients keep trusting it
// over restarts; leaves are made when first asked for, and again before they expire.
package authority

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/keyvex/keyvex/internal/clock"
)

// The files in the folder.
const (
	certificateFile = "ca.pem"
	keyFile         = "ca-key.pem"
)

// How long certificates last, and how long before their end they are renewed.
const (
	authorityLife  = 10 * 365 * 24 * time.Hour
	authorityRenew = 365 * 24 * time.Hour
	leafLife       = 30 * 24 * time.Hour
	leafRenew      = 7 * 24 * time.Hour
	// early makes certificates valid for clients whose clocks are behind.
	early = time.Hour
)

// Authority signs certificates.
type Authority struct {
	folder      string
	clock       clock.Clock
	key         crypto.Signer
	certificate *x509.Certificate

	mu     sync.Mutex
	leaves map[string]*leaf
}

// Open reads the authority in a folder, or makes one there: the key with mode 0600.
// An authority that is damaged or about to expire is replaced. An empty folder keeps
// it in memory.
func Open(folder string, c clock.Clock) (*Authority, error) {
	a := &Authority{folder: folder, clock: c, leaves: map[string]*leaf{}}
	if folder != "" && a.load() {
		return a, nil
	}
	if err := a.create(); err != nil {
		return nil, err
	}
	return a, a.save()
}

// CAPEM is the authority's certificate, in PEM.
func (a *Authority) CAPEM() []byte { return encode("CERTIFICATE", a.certificate.Raw) }

// CAFile is the path of a file with CAPEM, for clients that are told whom to trust
// by a path (AWS_CA_BUNDLE, NODE_EXTRA_CA_CERTS). It is empty in memory.
func (a *Authority) CAFile() string {
	if a.folder == "" {
		return ""
	}
	return filepath.Join(a.folder, certificateFile)
}

func (a *Authority) load() bool {
	certificate, err := readBlock(filepath.Join(a.folder, certificateFile))
	if err != nil {
		return false
	}
	key, err := readBlock(filepath.Join(a.folder, keyFile))
	if err != nil {
		return false
	}
	parsed, err := x509.ParseECPrivateKey(key)
	if err != nil {
		return false
	}
	a.key = parsed
	if a.certificate, err = x509.ParseCertificate(certificate); err != nil {
		return false
	}
	return parsed.PublicKey.Equal(a.certificate.PublicKey) && a.clock.Now().Before(a.certificate.NotAfter.Add(-authorityRenew))
}

func readBlock(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("authority: " + path + " is no PEM")
	}
	return block.Bytes, nil
}

func (a *Authority) create() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("authority: make a key: %w", err)
	}
	now := a.clock.Now()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: "Keyvex local authority"},
		NotBefore: now.Add(-early), NotAfter: now.Add(authorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return fmt.Errorf("authority: sign its own certificate: %w", err)
	}
	a.key = key
	a.certificate, err = x509.ParseCertificate(raw)
	return err
}

func serial() *big.Int {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // it never fails
	return new(big.Int).SetBytes(raw)
}

// save writes the key before the certificate: one without the other is made anew.
func (a *Authority) save() error {
	if a.folder == "" {
		return nil
	}
	key, err := x509.MarshalECPrivateKey(a.key.(*ecdsa.PrivateKey))
	if err != nil {
		return fmt.Errorf("authority: encode its key: %w", err)
	}
	if err := os.MkdirAll(a.folder, 0o700); err != nil {
		return fmt.Errorf("authority: %w", err)
	}
	if err := write(filepath.Join(a.folder, keyFile), encode("EC PRIVATE KEY", key), 0o600); err != nil {
		return err
	}
	return write(filepath.Join(a.folder, certificateFile), a.CAPEM(), 0o600)
}

// write puts a whole file in place.
func write(path string, data []byte, mode fs.FileMode) error {
	temporary := path + ".part"
	_ = os.Remove(temporary) // its mode could be another
	err := os.WriteFile(temporary, data, mode)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return fmt.Errorf("authority: %w", err)
	}
	return nil
}

func encode(kind string, raw []byte) []byte {
	var out bytes.Buffer
	_ = pem.Encode(&out, &pem.Block{Type: kind, Bytes: raw}) // a buffer takes all
	return out.Bytes()
}
