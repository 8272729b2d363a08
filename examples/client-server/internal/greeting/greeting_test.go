package greeting

import (
	"reflect"
	"testing"
)

func TestForKnownLanguages(t *testing.T) {
	for language, want := range map[string]string{"de": "Guten Tag, Eva!", "en": "Good day, Eva!"} {
		t.Run(language, func(t *testing.T) {
			if got, ok := For(language, "Eva"); !ok || got != want {
				t.Errorf("For(%q, Eva) = %q, %v; want %q", language, got, ok, want)
			}
		})
	}
}

func TestForUnknownLanguage(t *testing.T) {
	if got, ok := For("tlh", "Eva"); ok {
		t.Errorf("For(tlh, Eva) = %q; want nothing", got)
	}
}

func TestLanguagesAreSorted(t *testing.T) {
	if got, want := Languages(), []string{"de", "en", "fi", "fr"}; !reflect.DeepEqual(got, want) {
		t.Errorf("Languages() = %v; want %v", got, want)
	}
}
