// Command cmd is the WebSocket handler's bootstrap.
package main

import "github.com/keyvex/keyvex/lambdas/websockethandler"

func main() { websockethandler.Start() }
