// Package keyvex carries the source of the infrastructure: the CDK app, the Lambda
// functions and what they import, so that a keyvex binary can write out the truth
// that it deploys (keyvex eject).
package keyvex

import "embed"

// Source holds the files of a module that builds by itself.
//
//go:embed go.mod go.sum
//go:embed internal/clock/*.go internal/lazy/*.go internal/platform/*.go internal/problem/*.go
//go:embed lambdas/*/*.go lambdas/*/*/*.go lambdas/schema lambdas/emailprocessor/template lambdas/bundle/zips/README.md
//go:embed stacks/*.go stacks/cmd stacks/assembly
var Source embed.FS
