package daemon

import (
	"errors"
	"net"
	"strconv"
	"strings"

	"github.com/keyvex/keyvex/internal/problem"
	"golang.org/x/sys/unix"
)

// checkAddress refuses to offer the sandbox to other machines.
func checkAddress(address string) error {
	if ip := net.ParseIP(address); address == "" || address == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return problem.New(problem.Refused, "the local platform cannot listen on %s: other machines could reach it", address).
		WithHint("use a loopback address such as 127.0.0.1")
}

// listen binds the port, and tells the endpoint that results.
func (o *Options) listen() (*net.TCPListener, string, error) {
	address := o.Address
	if address == "" {
		address = defaultAddress
	}
	ports := []int{o.Port}
	if o.Port == 0 {
		ports = []int{DefaultPort, 0}
		if o.preferred != 0 {
			ports = []int{o.preferred, DefaultPort, 0}
		}
	}
	var err error
	for _, port := range ports {
		var l net.Listener
		if l, err = net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port))); err == nil {
			return l.(*net.TCPListener), "http://" + l.Addr().String(), nil
		}
		if !errors.Is(err, unix.EADDRINUSE) {
			break
		}
	}
	if errors.Is(err, unix.EADDRINUSE) {
		return nil, "", problem.New(problem.Failed, "port %d is in use by another program", o.Port).
			WithHint("stop that program, choose another port, or leave the port out to have a free one picked").WithCause(err)
	}
	return nil, "", problem.New(problem.Failed, "cannot listen on %s port %d", address, ports[0]).
		WithHint("choose a port above 1023, or leave the port out to have a free one picked").WithCause(err)
}

// split takes an endpoint apart.
func split(endpoint string) (host string, port int) {
	host, number, _ := net.SplitHostPort(strings.TrimPrefix(endpoint, "http://"))
	port, _ = strconv.Atoi(number)
	return host, port
}
