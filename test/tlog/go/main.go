// Checks a log with Go's golang.org/x/mod/sumdb, which shares nothing with our own code: the signed
// note, every tile against the root, and our inclusion and consistency proofs.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claims struct {
	Folder, Verifier string
	Inclusions       []struct {
		Index, Size int64
		Entry, Root string
		Hashes      []string
	}
	Consistencies []struct {
		From, To         int64
		FromRoot, ToRoot string
		Hashes           []string
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hashOf(text string) (h tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(text)
	check(err)
	copy(h[:], raw)
	return h
}

func hashesOf(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		hashes = append(hashes, hashOf(text))
	}
	return hashes
}

// folder reads tiles laid out as tlog-tiles says; Go's own paths have the height in them too.
type folder string

func (folder) Height() int                          { return 8 }
func (folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	var c claims
	check(json.NewDecoder(os.Stdin).Decode(&c))
	signed, err := os.ReadFile(filepath.Join(c.Folder, "checkpoint"))
	check(err)
	verifier, err := note.NewVerifier(c.Verifier)
	check(err)
	opened, err := note.Open(signed, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	tree := tlog.Tree{N: size, Hash: hashOf(lines[2])}
	reader := tlog.TileHashReader(tree, folder(c.Folder))
	for _, p := range c.Inclusions {
		leaf := tlog.RecordHash([]byte(p.Entry))
		check(tlog.CheckRecord(hashesOf(p.Hashes), p.Size, hashOf(p.Root), p.Index, leaf))
		own, err := tlog.ProveRecord(size, p.Index, reader)
		check(err)
		check(tlog.CheckRecord(own, size, tree.Hash, p.Index, leaf))
	}
	for _, p := range c.Consistencies {
		check(tlog.CheckTree(hashesOf(p.Hashes), p.To, hashOf(p.ToRoot), p.From, hashOf(p.FromRoot)))
		own, err := tlog.ProveTree(size, p.From, reader)
		check(err)
		check(tlog.CheckTree(own, size, tree.Hash, p.From, hashOf(p.FromRoot)))
	}
	fmt.Printf("%d inclusions and %d consistencies agree\n", len(c.Inclusions), len(c.Consistencies))
}
