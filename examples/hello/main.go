// Command hello is a small HTTP server that needs what most servers need of an image: certificates, time zones and a user.
package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"os/user"
	"runtime"
	"syscall"
	"time"
)

const bundlePath = "/etc/ssl/certs/ca-certificates.crt"

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := serve(ctx, addressOf(os.Getenv("ADDR"))); err != nil {
		log.Fatal(err)
	}
}

func addressOf(value string) string {
	if value == "" {
		return ":8080"
	}
	return value
}

// serve answers requests until ctx ends, and lets those that are under way finish.
func serve(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("listening on %s", listener.Addr())
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

func routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/", greet)
	mux.HandleFunc("/zones", showZone)
	mux.HandleFunc("/certs", countCertificates)
	return mux
}

// greet says who runs the program; the name comes from /etc/passwd.
func greet(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	name := "a user without a name"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	fmt.Fprintf(w, "Hello from %s (uid %d), %s, process %d\n", name, os.Getuid(), runtime.Version(), os.Getpid())
}

// showZone says what time it is in a zone, by the zone data in the image.
func showZone(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	zone, err := time.LoadLocation(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	fmt.Fprintln(w, time.Now().In(zone).Format("2006-01-02 15:04:05 -07:00 MST"))
}

// countCertificates says how many of the image's certificate authorities a TLS connection would trust.
func countCertificates(w http.ResponseWriter, _ *http.Request) {
	bundle, err := os.Open(bundlePath)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer bundle.Close()
	trusted, err := countTrusted(bundle)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "%d certificate authorities are trusted\n", trusted)
}

// countTrusted verifies each certificate of a PEM bundle against the pool that crypto/tls uses.
func countTrusted(bundle io.Reader) (int, error) {
	text, err := io.ReadAll(bundle)
	if err != nil {
		return 0, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return 0, err
	}
	trusted := 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return 0, err
		}
		if _, err := certificate.Verify(x509.VerifyOptions{Roots: pool}); err == nil {
			trusted++
		}
	}
	return trusted, nil
}
