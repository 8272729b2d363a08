// Makes a module proxy in files of Debian's packages with Go libraries: modules.go PROXY PACKAGE.deb…
//
// A module is a directory of /usr/share/gocode/src with a go.mod, else the one that stands highest with Go files in it. Its version is that of
// the package: golang-golang-x-sys-dev 0.3.0-1 is golang.org/x/sys v0.3.0-debian.1. What it requires is left out of its go.mod: the versions
// are those that the distribution has, and the module that is built names all of them.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	moduleLine  = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)
	goLine      = regexp.MustCompile(`(?m)^go\s+\S+`)
	majorSuffix = regexp.MustCompile(`[/.]v([0-9]+)$`)
	threeParts  = regexp.MustCompile(`^([0-9]+)\.[0-9]+\.[0-9]+`)
	noWord      = regexp.MustCompile(`[^0-9A-Za-z.]+`)
	capital     = regexp.MustCompile(`[A-Z]`)
)

func main() {
	log.SetFlags(0)
	for _, deb := range os.Args[2:] {
		root, err := os.MkdirTemp("", "")
		check(err)
		check(exec.Command("dpkg-deb", "-x", deb, root).Run())
		version, err := exec.Command("dpkg-deb", "-f", deb, "Version").Output()
		check(err)
		source := filepath.Join(root, "usr/share/gocode/src")
		// The terms of a package stand beside its files; they go along.
		terms, err := os.ReadFile(firstOf(filepath.Glob(filepath.Join(root, "usr/share/doc/*/copyright"))))
		check(err)
		modules := find(source)
		for dir, goMod := range modules {
			name := moduleLine.FindStringSubmatch(goMod)[1]
			module := module{name, versionOf(name, strings.TrimSpace(string(version))), goMod, terms}
			module.write(os.Args[1], filepath.Join(source, dir), func(below string) bool { return modules[path.Join(dir, below)] != "" })
		}
		check(os.RemoveAll(root))
	}
}

// find returns the modules: directory to go.mod.
func find(source string) map[string]string {
	modules := map[string]string{}
	if _, err := os.Stat(source); os.IsNotExist(err) {
		return modules // a package that stands for another
	}
	check(filepath.WalkDir(source, func(file string, entry fs.DirEntry, err error) error {
		check(err)
		relative, _ := filepath.Rel(source, file)
		if entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "vendor") {
			return fs.SkipDir
		}
		dir := path.Dir(relative)
		if entry.Name() == "go.mod" {
			text, err := os.ReadFile(file)
			check(err)
			name := dir
			if found := moduleLine.FindSubmatch(text); found != nil && majorSuffix.ReplaceAllString(string(found[1]), "") == majorSuffix.ReplaceAllString(dir, "") {
				name = string(found[1])
			}
			modules[dir] = "module " + name + "\n\n" + goLine.FindString(string(text)) + "\n"
		}
		return nil
	}))
	check(filepath.WalkDir(source, func(file string, entry fs.DirEntry, err error) error {
		check(err)
		relative, _ := filepath.Rel(source, file)
		if dir := path.Dir(relative); path.Ext(file) == ".go" && holder(modules, dir) == "" {
			modules[dir] = "module " + dir + "\n"
		}
		return nil
	}))
	return modules
}

// holder returns the module that a directory belongs to.
func holder(modules map[string]string, dir string) string {
	for ; dir != "."; dir = path.Dir(dir) {
		if modules[dir] != "" {
			return dir
		}
	}
	return ""
}

type module struct {
	name, version, goMod string
	terms                []byte
}

// write puts a module into a proxy, without the directories that are modules of their own.
func (m module) write(proxy, directory string, isOther func(below string) bool) {
	escaped := capital.ReplaceAllStringFunc(m.name, func(c string) string { return "!" + strings.ToLower(c) })
	place := filepath.Join(proxy, escaped, "@v")
	check(os.MkdirAll(place, 0o755))
	file := filepath.Join(place, m.version)
	check(os.WriteFile(file+".mod", []byte(m.goMod), 0o644))
	check(os.WriteFile(file+".info", []byte(`{"Version":"`+m.version+`","Time":"1970-01-01T00:00:00Z"}`), 0o644))
	check(os.WriteFile(filepath.Join(place, "list"), []byte(m.version+"\n"), 0o644))
	archive, err := os.Create(file + ".zip")
	check(err)
	packed := zip.NewWriter(archive)
	put := func(inside string, content io.Reader) {
		entry, err := packed.Create(m.name + "@" + m.version + "/" + inside)
		check(err)
		_, err = io.Copy(entry, content)
		check(err)
	}
	put("go.mod", strings.NewReader(m.goMod))
	put("COPYRIGHT", bytes.NewReader(m.terms))
	check(filepath.WalkDir(directory, func(file string, entry fs.DirEntry, err error) error {
		check(err)
		relative, _ := filepath.Rel(directory, file)
		if entry.IsDir() {
			// Neither what belongs to another module nor what no package is made of.
			if relative != "." && (isOther(relative) || entry.Name() == "testdata" || entry.Name() == "vendor") {
				return fs.SkipDir
			}
			return nil
		}
		if entry.Type().IsRegular() && relative != "go.mod" && relative != "COPYRIGHT" {
			content, err := os.Open(file)
			check(err)
			put(relative, content)
			check(content.Close())
		}
		return nil
	}))
	check(packed.Close())
	check(archive.Close())
	fmt.Println(m.name, m.version)
}

// versionOf makes a version of Go of the one that a package has: 1.15.12+ds1-3 is v1.15.12-debian.ds1-3.
func versionOf(module, debian string) string {
	if _, after, hasEpoch := strings.Cut(debian, ":"); hasEpoch {
		debian = after
	}
	major := ""
	if found := majorSuffix.FindStringSubmatch(module); found != nil {
		major = found[1]
	}
	numbers, rest := threeParts.FindStringSubmatch(debian), debian
	switch {
	case numbers != nil && (numbers[1] == major || major == "" && (numbers[1] == "0" || numbers[1] == "1")):
		rest = debian[len(numbers[0]):]
	case major == "":
		numbers = []string{"0.0.0"}
	default:
		numbers = []string{major + ".0.0"}
	}
	return "v" + numbers[0] + "-debian." + strings.Trim(noWord.ReplaceAllString(rest, "-"), ".-")
}

func firstOf(files []string, err error) string {
	check(err)
	if len(files) == 0 {
		log.Fatal("a package says nothing of its terms")
	}
	return files[0]
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
