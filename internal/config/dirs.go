package config

import (
	"os"
	"path/filepath"
)

// Dirs are the folders of a user's own files.
type Dirs struct {
	// Config holds the user's keyvex.toml.
	Config string
	// State holds the local platform's journal, key and log.
	State string
}

// FindDirs takes KEYVEX_HOME for both when it is set, else the XDG base
// directories, else their defaults below the home folder.
func FindDirs(getenv func(string) string) (Dirs, error) {
	if home := getenv("KEYVEX_HOME"); home != "" {
		abs, err := filepath.Abs(home)
		return Dirs{Config: abs, State: filepath.Join(abs, "state")}, err
	}
	configDir, stateDir := getenv("XDG_CONFIG_HOME"), getenv("XDG_STATE_HOME")
	// The specification has relative paths ignored.
	if !filepath.IsAbs(configDir) {
		configDir = ""
	}
	if !filepath.IsAbs(stateDir) {
		stateDir = ""
	}
	if configDir == "" || stateDir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return Dirs{}, err
		}
		if configDir == "" {
			configDir = filepath.Join(home, ".config")
		}
		if stateDir == "" {
			stateDir = filepath.Join(home, ".local", "state")
		}
	}
	return Dirs{Config: filepath.Join(configDir, appFolder), State: filepath.Join(stateDir, appFolder)}, nil
}

const appFolder = "keyvex"
