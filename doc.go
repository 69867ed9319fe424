// Package keyvex carries the source of the infrastructure: the CDK app, the Lambda
// functions and what they import, so that a keyvex binary can write out the truth
// that it deploys (keyvex eject). It lies open in a binary that Go alone built, and
// packed in one of "make build", which has the tag "packed".
package keyvex
