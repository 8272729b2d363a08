// Command server answers GET /greetings/LANGUAGE/NAME.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/mux"

	"example.org/greetings/internal/greeting"
)

// Set by the linker: -X main.version=…
var version = "dev"

func main() {
	log.SetFlags(0)
	address := os.Getenv("ADDR")
	if address == "" {
		address = ":8080"
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := serve(ctx, address); err != nil {
		log.Fatal(err)
	}
}

func serve(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("server %s listens on %s", version, listener.Addr())
	server := &http.Server{Handler: routes(), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(deadline)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

func routes() http.Handler {
	router := mux.NewRouter()
	router.HandleFunc("/greetings/{language:[a-z]+}/{name}", greet).Methods(http.MethodGet)
	router.HandleFunc("/version", showVersion).Methods(http.MethodGet)
	return router
}

func greet(w http.ResponseWriter, r *http.Request) {
	parts := mux.Vars(r)
	text, ok := greeting.For(parts["language"], parts["name"])
	if !ok {
		http.Error(w, "languages: "+strings.Join(greeting.Languages(), ", "), http.StatusNotFound)
		return
	}
	fmt.Fprintln(w, text)
}

func showVersion(w http.ResponseWriter, _ *http.Request) {
	fmt.Fprintln(w, version)
}
