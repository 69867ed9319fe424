package platform

// The states of the event source mapping that feeds a function, as Lambda names them, which
// people meet. Others say that one of these is on its way.
const (
	ConsumerOn     = "Enabled"
	ConsumerPaused = "Disabled"
)

// ConsumerPauses reports whether a consumer in that state takes no message any more.
func ConsumerPauses(state string) bool { return state == ConsumerPaused || state == "Disabling" }
