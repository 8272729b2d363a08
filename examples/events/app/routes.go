package main

import (
	"database/sql"
	"log"
	"net/http"
)

const maxFormBytes = 64 << 10

func routes(db *sql.DB) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/events", func(w http.ResponseWriter, r *http.Request) { store(db, w, r) })
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { ping(db, w, r) })
	return mux
}

// store takes a form with action, product and fingerprint.
func store(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "only POST", http.StatusMethodNotAllowed)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action, product, fingerprint := r.PostForm.Get("action"), r.PostForm.Get("product"), r.PostForm.Get("fingerprint")
	if action == "" || product == "" || fingerprint == "" {
		http.Error(w, "action, product and fingerprint are needed", http.StatusBadRequest)
		return
	}
	_, err := db.ExecContext(r.Context(), "INSERT INTO events (action, product, fingerprint) VALUES ($1, $2, $3)", action, product, fingerprint)
	if err != nil {
		log.Print(err)
		http.Error(w, "the event was not stored", http.StatusInternalServerError)
	}
}

func ping(db *sql.DB, w http.ResponseWriter, r *http.Request) {
	if err := db.PingContext(r.Context()); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
	}
}
