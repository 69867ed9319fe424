// Command cmd is the email processor's bootstrap.
package main

import "github.com/keyvex/keyvex/lambdas/emailprocessor"

func main() { emailprocessor.Start() }
