// Package says makes the functions' log: one JSON object a line, on standard output,
// which Lambda takes to CloudWatch. A line of an error names the build, so that what
// failed can be told from what is deployed now; so does the line that begins a try, since
// what crashes or times out says nothing more.
package says

import (
	"context"
	"io"
	"log/slog"

	"github.com/keyvex/keyvex/internal/platform"
)

// New makes the log of a function with that build, the hash of its bundle.
func New(out io.Writer, build string) *slog.Logger {
	lines := slog.NewJSONHandler(out, nil)
	if build == "" {
		return slog.New(lines)
	}
	return slog.New(naming{lines, slog.String(platform.LineBuild, platform.ShortBuild(build))})
}

type naming struct {
	slog.Handler
	build slog.Attr
}

// Handle adds the build to the lines that name it.
func (n naming) Handle(ctx context.Context, line slog.Record) error {
	if line.Level >= slog.LevelError || line.Message == platform.Received {
		line = line.Clone()
		line.AddAttrs(n.build)
	}
	return n.Handler.Handle(ctx, line)
}

// WithAttrs keeps the build out of what all lines have.
func (n naming) WithAttrs(attrs []slog.Attr) slog.Handler {
	return naming{n.Handler.WithAttrs(attrs), n.build}
}

// WithGroup is as WithAttrs.
func (n naming) WithGroup(name string) slog.Handler {
	return naming{n.Handler.WithGroup(name), n.build}
}
