// Package greeting greets people in their language.
package greeting

import (
	"fmt"
	"sort"
)

var forms = map[string]string{
	"de": "Guten Tag, %s!",
	"en": "Good day, %s!",
	"fi": "Hyvää päivää, %s!",
	"fr": "Bonjour, %s !",
}

// Languages lists the languages that For knows, in alphabetical order.
func Languages() []string {
	languages := make([]string, 0, len(forms))
	for language := range forms {
		languages = append(languages, language)
	}
	sort.Strings(languages)
	return languages
}

// For greets a person by name; false when the language is unknown.
func For(language, name string) (string, bool) {
	form, ok := forms[language]
	if !ok {
		return "", false
	}
	return fmt.Sprintf(form, name), true
}
