// The order of each pair of lines "a b", by Go's modules: one of < = > and ! for refused.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func order(a, b string) string {
	if !strings.HasPrefix(a, "v") {
		a = "v" + a
	}
	if !strings.HasPrefix(b, "v") {
		b = "v" + b
	}
	if !semver.IsValid(a) || !semver.IsValid(b) {
		return "!"
	}
	return string("<=>"[1+semver.Compare(a, b)])
}

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	for s := bufio.NewScanner(f); s.Scan(); {
		pair := strings.Split(s.Text(), " ")
		fmt.Println(order(pair[0], pair[1]))
	}
}
