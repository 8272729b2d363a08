package main

import (
	_ "embed"
	"fmt"

	"gopkg.in/yaml.v3"
)

//go:embed catalog.yaml
var catalogText []byte

type entry struct {
	Name    string `yaml:"name"`
	Meaning string `yaml:"meaning"`
}

// readCatalog gives every meaning by its name. A name stands there once.
func readCatalog(text []byte) (map[string]string, error) {
	var entries []entry
	if err := yaml.Unmarshal(text, &entries); err != nil {
		return nil, err
	}
	meanings := make(map[string]string, len(entries))
	for _, e := range entries {
		if _, ok := meanings[e.Name]; ok || e.Name == "" {
			return nil, fmt.Errorf("the name %q is empty or stands twice", e.Name)
		}
		meanings[e.Name] = e.Meaning
	}
	return meanings, nil
}
