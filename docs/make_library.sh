#!/usr/bin/env bash
# Prints docs/library.md: what the comments that begin with --- say of each module of scripts/library.
#   docs/make_library.sh >docs/library.md
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
cat <<'TEXT'
# The library

What a rollout is made of, in plain Lua. A script takes a module with `local finance = require
"library.finance"`; everything below runs in lanes. An object is a record that `M.new{…}` makes and that
is handed to `M.step(object, …)`; every draw is named after what it belongs to, so that adding a risk
moves no other draw. A record that is not as it should be is an error that names the module, the field
and what was expected, at the script's line.

Made from the comments in `scripts/library/` by `docs/make_library.sh`.

| module | what it is for |
|---|---|
TEXT
for file in scripts/library/*.lua; do
  name=$(basename "$file" .lua)
  first=$(awk '!/^--- /{exit} {sub(/^--- /, ""); text = text (text == "" ? "" : " ") $0}
               text ~ /[.:] [A-Z]|\.$/ {exit} END {sub(/[.:] [A-Z].*/, ".", text); print text}' "$file")
  echo "| [$name](#$name) | $first |"
done
for file in scripts/library/*.lua; do
  awk -v name="$(basename "$file" .lua)" '
    function flush(title) {
      if (text != "") {
        if (title != "") print "\n`" title "`"
        print "\n```text\n" text "```"
      }
      text = ""
    }
    BEGIN { print "\n## " name }
    /^---/ { line = $0; sub(/^--- ?/, "", line); text = text line "\n"; next }
    /^-- SPDX/ && !headed { headed = 1; flush(""); next }
    /^function [a-z_]+\./ { title = $0; sub(/^function /, "", title); sub(/\).*/, ")", title); flush(title); next }
    $0 ~ "^" name "\\.[a-z_]+ =" { title = $1; flush(title); next }
    { text = "" }
  ' "$file"
done
