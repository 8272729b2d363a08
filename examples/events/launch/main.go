// Command launch puts the values of environment variables into the arguments of a program, and becomes that program.
//
//	launch /app -port=$APP_PORT
//
// does what "exec /app -port=$APP_PORT" does in a shell, where there is no shell. A variable is written $NAME or ${NAME}; its value is
// never split or expanded again. A variable that is not set is an error: a program must not start with half of its settings.
package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// Those of sysexits.h and of the shells.
const (
	exitUsage      = 64
	exitCannotExec = 126
)

func main() {
	if len(os.Args) < 2 {
		fail(exitUsage, "usage: launch PROGRAM [ARGUMENT…]")
	}
	arguments, missing := expandAll(os.Args[1:], os.LookupEnv)
	if len(missing) > 0 {
		fail(exitUsage, "not set: "+strings.Join(missing, ", "))
	}
	// The process stays the same, and with it its number, its user and its open files: whoever sends a signal sends it to the program.
	err := syscall.Exec(arguments[0], arguments, os.Environ())
	fail(exitCannotExec, arguments[0]+": "+err.Error())
}

// expandAll expands every argument and names the variables that are not set, each once.
func expandAll(arguments []string, lookup func(string) (string, bool)) (expanded, missing []string) {
	seen := map[string]bool{}
	for _, argument := range arguments {
		expanded = append(expanded, os.Expand(argument, func(name string) string {
			value, ok := lookup(name)
			if !ok && !seen[name] {
				seen[name] = true
				missing = append(missing, name)
			}
			return value
		}))
	}
	return expanded, missing
}

func fail(code int, message string) {
	fmt.Fprintln(os.Stderr, "launch: "+message)
	os.Exit(code)
}
