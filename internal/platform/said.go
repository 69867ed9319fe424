package platform

// What the functions say in their logs, and others look for there.
const (
	// Received is the message of the line that begins a try, Done of one that ends it well.
	Received = "message received"
	Done     = "message done"
	// HandedBack is the message of the line that ends a failed try; its error follows.
	HandedBack = "message handed back"
	// RefusedBefore is the error of a further try of a job that an earlier one has
	// refused for good: it says nothing of why.
	RefusedBefore = "the job was refused before"
	// LineBuild is the field that names the build, as ShortBuild has it, in the lines of
	// errors and of Received.
	LineBuild = "build"
)
