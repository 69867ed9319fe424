package present

// State is the state of a thing, as its glyph shows it.
type State int

// The states.
const (
	OK State = iota
	Attention
	Broken
	Unsure
	Idle
	// Working, Waiting and Undone are of the deploy tree alone.
	Working
	Waiting
	Undone
)

type glyph struct {
	unicode, ascii string
	tone           Tone
}

var glyphs = map[State]glyph{
	OK:        {"●", "ok", Good},
	Attention: {"▲", "! ", Warning},
	Broken:    {"✖", "X ", Bad},
	Unsure:    {"?", "? ", Unknown},
	Idle:      {"○", ". ", Dim},
	Working:   {"◐", "> ", Busy},
	Waiting:   {"◌", ". ", Dim},
	Undone:    {"↺", "< ", Warning},
}

// Glyph is the state's sign: one cell wide, two in ASCII.
func (l Look) Glyph(s State) string {
	g := glyphs[s]
	if l.ASCII {
		return l.Paint(g.tone, g.ascii)
	}
	return l.Paint(g.tone, g.unicode)
}

// Tone is the state's tone.
func (s State) Tone() Tone { return glyphs[s].tone }
