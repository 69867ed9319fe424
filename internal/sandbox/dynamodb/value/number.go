package value

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// DynamoDB's limits of a number: 38 significant digits, and a magnitude from 1E-130
// to 9.99...E+125 (Naming rules and data types).
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// Number is an exact decimal: 0.digits times ten to the point. It is zero without
// digits, which have no zero at either end.
type Number struct {
	negative bool
	digits   string
	point    int
}

// ParseNumber reads a number as the API takes it, "-12.5e3". Errors are
// ValidationExceptions in AWS's words.
func ParseNumber(text string) (Number, error) {
	rest := text
	n := Number{}
	if strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		n.negative = rest[0] == '-'
		rest = rest[1:]
	}
	if at := strings.IndexAny(rest, "eE"); at >= 0 {
		exponent, err := strconv.Atoi(rest[at+1:])
		if err != nil || exponent > 1000 || exponent < -1000 {
			return Number{}, notNumber(text)
		}
		n.point, rest = exponent, rest[:at]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	if !allDigits(whole) || !allDigits(fraction) || len(whole)+len(fraction) == 0 {
		return Number{}, notNumber(text)
	}
	n.point += len(whole)
	n.digits = whole + fraction
	n = n.normal()
	return n, n.check()
}

func notNumber(text string) error {
	if text == "" {
		return Invalid("The parameter cannot be converted to a numeric value")
	}
	return Invalid("The parameter cannot be converted to a numeric value: %s", text)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// normal drops the zeros that say nothing.
func (n Number) normal() Number {
	significant := strings.TrimLeft(n.digits, "0")
	n.point -= len(n.digits) - len(significant)
	n.digits = strings.TrimRight(significant, "0")
	if n.digits == "" {
		return Number{}
	}
	return n
}

func (n Number) check() error {
	switch {
	case n.digits == "":
		return nil
	case n.point-1 > maxExponent:
		return Invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case n.point-1 < minExponent:
		return Invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(n.digits) > maxDigits:
		return Invalid("Attempting to store more than %d significant digits in a Number", maxDigits)
	}
	return nil
}

// String is the number as DynamoDB returns it: without exponent.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	sign := ""
	if n.negative {
		sign = "-"
	}
	switch {
	case n.point <= 0:
		return sign + "0." + strings.Repeat("0", -n.point) + n.digits
	case n.point >= len(n.digits):
		return sign + n.digits + strings.Repeat("0", n.point-len(n.digits))
	}
	return sign + n.digits[:n.point] + "." + n.digits[n.point:]
}

// Compare is negative when n is the smaller one.
func (n Number) Compare(other Number) int {
	if n.sign() != other.sign() {
		return cmp.Compare(n.sign(), other.sign())
	}
	return n.sign() * cmp.Or(cmp.Compare(n.point, other.point), strings.Compare(n.digits, other.digits))
}

func (n Number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.negative:
		return -1
	}
	return 1
}

// Add is the exact sum, or the error that it has no place in a number.
func (n Number) Add(other Number) (Number, error) {
	scale := max(len(n.digits)-n.point, len(other.digits)-other.point)
	total := new(big.Int).Add(n.scaled(scale), other.scaled(scale))
	digits := new(big.Int).Abs(total).String()
	sum := Number{negative: total.Sign() < 0, digits: digits, point: len(digits) - scale}.normal()
	return sum, sum.check()
}

// Negate is the number with the other sign.
func (n Number) Negate() Number {
	n.negative = !n.negative && n.digits != ""
	return n
}

// scaled is the number times ten to the scale.
func (n Number) scaled(scale int) *big.Int {
	if n.digits == "" {
		return new(big.Int)
	}
	i, _ := new(big.Int).SetString(n.digits+strings.Repeat("0", scale-len(n.digits)+n.point), 10)
	if n.negative {
		i.Neg(i)
	}
	return i
}

// Order is a text that sorts as the number does: a sign, the exponent, the digits.
// Of negative numbers both are turned around, and a tilde puts the shorter last.
func (n Number) Order() string {
	switch n.sign() {
	case 0:
		return "1"
	case 1:
		return fmt.Sprintf("2%03d%s", n.point+500, n.digits)
	}
	turned := []byte(n.digits)
	for i := range turned {
		turned[i] = '0' + '9' - turned[i]
	}
	return fmt.Sprintf("0%03d%s~", 500-n.point, turned)
}

// size is what AWS counts for a number: a byte for two digits that share a
// position of a hundred, one for the exponent, one for a minus.
func (n Number) size() int {
	if n.digits == "" {
		return 1
	}
	size := 1 + (len(n.digits)+1)/2
	if len(n.digits)%2 == 0 && (n.point-1)%2 == 0 {
		size++
	}
	if n.negative {
		size++
	}
	return size
}
