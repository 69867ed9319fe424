package template

import (
	"math/big"
	"net/netip"
	"strconv"
)

const cidrUsage = "Template error: every Fn::Cidr object requires two or three parameters, (1) an IP address block, " +
	"(2) the number of subnets between 1 and 256 and (3) the number of subnet bits"

// cidr is Fn::Cidr: count blocks whose size is the given number of host bits.
func (s *Scope) cidr(arg any) (any, error) {
	args, ok := arg.([]any)
	if !ok || len(args) < 2 || len(args) > 3 {
		return nil, errorf(cidrUsage)
	}
	block, err := s.evalText(args[0], cidrUsage)
	if err != nil {
		return nil, err
	}
	if unknown(block) {
		return KnownAfterApply, nil
	}
	numbers := []int{0, 8}
	for i, v := range args[1:] {
		text, err := s.evalText(v, cidrUsage)
		if err != nil {
			return nil, err
		}
		if numbers[i], err = strconv.Atoi(text); err != nil {
			return nil, errorf(cidrUsage)
		}
	}
	return cidrBlocks(block, numbers[0], numbers[1])
}

func cidrBlocks(block string, count, hostBits int) (any, error) {
	prefix, err := netip.ParsePrefix(block)
	if err != nil || count < 1 || count > 256 {
		return nil, errorf(cidrUsage)
	}
	size := prefix.Addr().BitLen()
	if hostBits < 0 || hostBits > size-prefix.Bits() || !fits(count, size-prefix.Bits()-hostBits) {
		return nil, errorf("Template error: Fn::Cidr can not divide %s into %d blocks of %d bits", block, count, hostBits)
	}
	base := new(big.Int).SetBytes(prefix.Masked().Addr().AsSlice())
	step := new(big.Int).Lsh(big.NewInt(1), uint(hostBits))
	list := make([]any, 0, count)
	for range count {
		addr, _ := netip.AddrFromSlice(base.FillBytes(make([]byte, size/8)))
		list = append(list, netip.PrefixFrom(addr, size-hostBits).String())
		base.Add(base, step)
	}
	return list, nil
}

// fits reports whether 2^bits is at least count, without computing it.
func fits(count, bits int) bool { return bits > 8 || count <= 1<<max(bits, 0) }
