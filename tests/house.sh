#!/usr/bin/env bash
# Reads the sources and checks the house: which folder may include which, who may see whose
# library, and how long files and functions have become. Needs no build.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C

# Top to bottom: a file includes from its own folder and from those after it. main.c is above all.
folders="main commands jobs governance policy backlog rollout scenario report study run script lanes data statistics random base"
# Who may include whose header: `header  files that may`, both as patterns.
doors='
^(lua|lauxlib|lualib|luaconf)\.h(pp)?$   ^engine/script/
^yaml\.h$                                ^engine/data/yaml\.c$
^jansson\.h$                             ^engine/(report|data)/json\.c$
'
file_lines=400 function_lines=60
# Functions that are long by design: one dispatch over many operations.
long_by_design=""

sources=$(find engine include -name '*.[ch]' | sort)
includes=$(mktemp) || exit 1
trap 'rm -f "$includes"' EXIT

# Every include as "file line kind target": kind < for a library's, " for our own, whose target is
# the path from the top of the project.
awk '
  function tidy(path, parts, n, i, kept, top) {
    n = split(path, parts, "/"); top = 0
    for (i = 1; i <= n; i++) {
      if (parts[i] == "." || parts[i] == "") continue
      if (parts[i] == ".." && top > 0) top--
      else kept[++top] = parts[i]
    }
    path = ""
    for (i = 1; i <= top; i++) path = path (i > 1 ? "/" : "") kept[i]
    return path
  }
  /^[ \t]*#[ \t]*include[ \t]*[<"]/ {
    match($0, /[<"][^>"]*/)
    kind = substr($0, RSTART, 1); target = substr($0, RSTART + 1, RLENGTH - 1)
    if (kind == "\"") {
      folder = FILENAME; sub(/[^\/]*$/, "", folder)
      target = tidy(folder target)
    }
    print FILENAME, FNR, kind, target
  }' $sources >"$includes"

passed=0 failed=0
verdict() { # RULE FINDINGS: a rule holds when nothing was found against it
  if [ -z "$2" ]; then
    passed=$((passed + 1))
    printf 'ok      %s\n' "$1"
  else
    failed=$((failed + 1))
    printf 'BROKEN  %s\n' "$1"
    sed 's/^/        /' <<<"$2"
  fi
}
advice() { # RULE FINDINGS: said, but fails nothing
  [ -z "$2" ] && return
  printf 'note    %s\n' "$1"
  sed 's/^/        /' <<<"$2"
}

upward=$(awk -v folders="$folders" '
  function room(path, parts, n) {
    n = split(path, parts, "/")
    if (parts[1] != "engine") return ""
    return n == 2 ? "main" : parts[2]
  }
  BEGIN { n = split(folders, list, " "); for (i = 1; i <= n; i++) level[list[i]] = i }
  { from = room($1); to = room($4) }
  from != "" && !(from in level) { print $1 ": its folder is not in the order of folders" }
  from == "" || $3 == "<" || $4 ~ /^include\// { next }
  to == "" { print $1 ":" $2 ": includes " $4 ", which is not part of the engine"; next }
  level[to] < level[from] { print $1 ":" $2 ": " from " includes " $4 ", which is above it" }
  ' "$includes" | sort -u)
verdict "includes go downward only: $folders" "$upward"

circles=$(awk '$3 != "<" { print $1, $4 }' "$includes" | tsort 2>&1 >/dev/null | sed 's/^tsort: //')
verdict "no circle of includes between files" "$circles"

strangers=$(awk -v doors="$doors" '
  BEGIN {
    n = split(doors, line, "\n")
    for (i = 1; i <= n; i++) if (split(line[i], word, " ") == 2) allowed[word[1]] = word[2]
  }
  $3 == "<" {
    for (header in allowed) if ($4 ~ header && $1 !~ allowed[header])
      print $1 ":" $2 ": only " allowed[header] " includes <" $4 ">"
  }' "$includes")
verdict "each library is seen by its own folder or file only" "$strangers"

advice "the public header is included by base only; the others get it from there" "$(
  awk '$4 ~ /^include\// && $1 !~ /^(engine\/base|include)\// { print $1 ":" $2 }' "$includes")"
advice "paths that stand on one machine only" "$(
  find . -path ./.git -prune -o -path ./build -prune -o -type f \
    ! -name '*.gz' ! -path ./tests/house.sh -print0 |
    xargs -0 grep -nIE '(^|[^A-Za-z0-9_.~)}])/(home|root|Users|work|mnt|media)/[A-Za-z0-9_]' | cut -c1-120)"
advice "files over $file_lines lines" "$(
  awk -v most="$file_lines" '{ n[FILENAME]++ }
    END { for (f in n) if (n[f] > most) print f ": " n[f] " lines" }' $sources | sort)"

# Functions by layout: a first line at column 0 with a "(", the body from a line that ends in "{"
# to a "}" at column 0. Prints "lines file:line name".
functions=$(awk '
  FNR == 1 { name = ""; inside = 0 }
  !inside && /^[A-Za-z_].*\(/ && !/[;=]/ && !/^(typedef|struct|enum|union|extern)[ \t][^(]*\{/ {
    start = FNR; name = $0; sub(/\(.*/, "", name); sub(/^.*[ *]/, "", name)
  }
  !inside && name != "" && /;[ \t]*$/ { name = "" }
  !inside && name != "" && /\{[ \t]*$/ { inside = 1 }
  inside && /^\}/ { print FNR - start + 1, FILENAME ":" start, name; inside = 0; name = "" }
  ' $(grep '\.[ch]$' <<<"$sources") </dev/null | sort -n)
advice "functions over $function_lines lines" "$(
  awk -v most="$function_lines" -v spared=" $long_by_design " '
    $1 > most && !index(spared, " " $3 " ") { print $2 ": " $3 " has " $1 " lines" }' <<<"$functions")"

# The functions come on standard input: they are more than an argument may hold.
awk '
  FILENAME == "-" { if ($0 != "") each[++n] = $0; next }
  { lines++ } FNR == 1 { files++ }
  END {
    split(each[int((n + 1) / 2)], middle, " "); split(each[int((9 * n + 9) / 10)], most, " ")
    printf "house: %d files, %d lines, %d functions (median %d lines, 90 %% within %d)\n",
      files, lines, n, middle[1], most[1]
  }' - $sources <<<"$functions"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
