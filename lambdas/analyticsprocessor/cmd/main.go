// Command cmd is the analytics processor's bootstrap.
package main

import "github.com/keyvex/keyvex/lambdas/analyticsprocessor"

func main() { analyticsprocessor.Start() }
