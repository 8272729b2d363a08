// Command client asks a server for a greeting.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// Set by the linker: -X main.version=…
var version = "dev"

func main() {
	log.SetFlags(0)
	server := flag.String("server", "http://127.0.0.1:8080", "address of the server")
	language := flag.String("language", "en", "language of the greeting")
	showVersion := flag.Bool("version", false, "show the version and end")
	flag.Parse()
	if *showVersion {
		fmt.Println(version)
		return
	}
	if flag.NArg() != 1 {
		log.Print("usage: client [-server URL] [-language CODE] NAME")
		os.Exit(2)
	}
	text, err := ask(*server, *language, flag.Arg(0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
}

func ask(server, language, name string) (string, error) {
	address, err := url.JoinPath(server, "greetings", language, name)
	if err != nil {
		return "", err
	}
	client := &http.Client{Timeout: 10 * time.Second}
	answer, err := client.Get(address)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", answer.Status, strings.TrimSpace(string(body)))
	}
	return string(body), nil
}
