// Command cmd is the AI processor's bootstrap.
package main

import "github.com/keyvex/keyvex/lambdas/aiprocessor"

func main() { aiprocessor.Start() }
