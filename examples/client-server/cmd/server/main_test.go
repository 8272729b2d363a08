package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRoutes(t *testing.T) {
	tests := []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/greetings/fr/Eva", http.StatusOK, "Bonjour, Eva !\n"},
		{http.MethodGet, "/greetings/tlh/Eva", http.StatusNotFound, "languages: de, en, fi, fr\n"},
		{http.MethodPost, "/greetings/fr/Eva", http.StatusMethodNotAllowed, ""},
		{http.MethodGet, "/version", http.StatusOK, "dev\n"},
	}
	for _, test := range tests {
		t.Run(test.method+test.path, func(t *testing.T) {
			answer := httptest.NewRecorder()
			routes().ServeHTTP(answer, httptest.NewRequest(test.method, test.path, nil))
			if answer.Code != test.status || answer.Body.String() != test.body {
				t.Errorf("got %d %q; want %d %q", answer.Code, answer.Body, test.status, test.body)
			}
		})
	}
}
