package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/keyvex/keyvex/internal/problem"
)

// Load reads the first keyvex.toml of folder, its parents and the user's config
// folder. Without any it gives an empty File whose Path is empty.
func Load(folder string, dirs Dirs) (*File, error) {
	for _, candidate := range candidates(folder, dirs) {
		document, err := os.ReadFile(candidate)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, problem.New(problem.Usage, "%s cannot be read", candidate).
				WithHint("check its permissions, or move it away").WithCause(err)
		}
		return Parse(candidate, document)
	}
	return &File{}, nil
}

func candidates(folder string, dirs Dirs) []string {
	var out []string
	for {
		out = append(out, filepath.Join(folder, FileName))
		parent := filepath.Dir(folder)
		if parent == folder {
			return append(out, filepath.Join(dirs.Config, FileName))
		}
		folder = parent
	}
}

// Parse reads and checks a document; path is for messages.
func Parse(path string, document []byte) (*File, error) {
	file := &File{Path: path}
	decoder := toml.NewDecoder(bytes.NewReader(document)).DisallowUnknownFields()
	if err := decoder.Decode(file); err != nil {
		return nil, decodeProblem(path, err)
	}
	file.positions = locate(document)
	if err := file.check(); err != nil {
		return nil, err
	}
	return file, nil
}

func decodeProblem(path string, err error) error {
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		first := strict.Errors[0]
		line, column := first.Position()
		return faultAt(path, position{line, column}, "unknown key "+strings.Join(first.Key(), "."), unknownKeyHint(first.Key()))
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := decode.Position()
		message := strings.TrimPrefix(decode.Error(), "toml: ")
		return faultAt(path, position{line, column}, message, "correct that line; docs/commands.md shows a whole keyvex.toml")
	}
	return problem.New(problem.Usage, "%s: %s", path, strings.TrimPrefix(err.Error(), "toml: ")).
		WithHint("docs/commands.md shows a whole keyvex.toml").WithCause(err)
}

func faultAt(path string, at position, message, hint string) *problem.Error {
	return problem.New(problem.Usage, "%s:%d:%d: %s", path, at.line, at.column, message).WithHint("%s", hint)
}
