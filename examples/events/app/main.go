// Command app stores events in PostgreSQL. It is configured by flags only.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/lib/pq"
)

const schema = `
CREATE TABLE IF NOT EXISTS events (
	id          bigserial   PRIMARY KEY,
	received    timestamptz NOT NULL DEFAULT now(),
	action      text        NOT NULL,
	product     text        NOT NULL,
	fingerprint text        NOT NULL
)`

func main() {
	port := flag.String("port", "8000", "port to listen on")
	host := flag.String("host", "localhost", "address to listen on")
	dbURL := flag.String("dbUrl", "", "address of the database, postgres://…")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, net.JoinHostPort(*host, *port), *dbURL); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, address, dbURL string) error {
	db, err := sql.Open("postgres", dbURL)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := prepare(ctx, db); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	log.Printf("listening on %s", listener.Addr())
	server := &http.Server{Handler: routes(db), ReadHeaderTimeout: 10 * time.Second}
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

// prepare makes the table. A database that is still starting is asked again, for half a minute.
func prepare(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		_, err := db.ExecContext(ctx, schema)
		if err == nil {
			return nil
		}
		log.Printf("the database is not ready: %v", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Second):
		}
	}
}
