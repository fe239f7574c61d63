#!/usr/bin/env bash
# Runs what README.md and docs/ show, so that it stays true. A ```sh block after the line <!-- test --> runs
# in a copy of the tree and must not fail; a ```text block after the line <!-- output --> must be,
# to the letter, what the last such block printed on standard output. A block after
# <!-- file: PATH --> must be that file.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/.." || exit 1
if [ -n "${README:-}" ]; then pages=("$README"); else pages=(README.md docs/*.md); fi
if [ ! -e "${pages[0]}" ]; then
  echo "1..1"
  echo "ok 1 - README.md # SKIP there is no ${pages[0]}"
  exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/blocks" "$work/tree/build"
# Times are kept, so that a make in the copy has nothing to build again.
tar -cf - --exclude=./.git --exclude=./build/asan --exclude=./build/tsan --exclude=./build/werror . |
  tar -xf - -C "$work/tree" || exit 1
# A build elsewhere is shown as the README names it.
case ${BUILD:-build} in
  build) ;;
  *) cp -p "$PILOTAGE" "$work/tree/build/pilotage" || exit 1 ;;
esac

# One file a block: blocks/001.test or blocks/002.output, its page and line beside it.
awk -v folder="$work/blocks/" '
  /^```/ && file != "" { close(file); file = ""; mark = ""; next }
  file != "" { print > file; next }
  /^```/ && shown != "" {
    file = folder sprintf("%03d.file", ++n)
    printf "" > file; print FILENAME ":" FNR > (file ".line"); close(file ".line")
    print shown > (file ".path"); close(file ".path"); shown = ""
    next
  }
  /^<!-- file: .* -->$/ { shown = $3 }
  /^```(sh|text)[ \t]*$/ && mark == substr($0, 4) {
    file = folder sprintf("%03d.%s", ++n, mark == "sh" ? "test" : "output")
    printf "" > file; print FILENAME ":" FNR > (file ".line"); close(file ".line")
  }
  { mark = $0 == "<!-- test -->" ? "sh" : $0 == "<!-- output -->" ? "text" : "" }
  ' "${pages[@]}"

# A block may hold a make of its own: it is not part of the make that runs this test.
unset MAKEFLAGS MAKELEVEL MFLAGS BUILD
number=0 failed=0
report() { # STATUS TITLE FILE: one line of TAP, and the file where it failed
  number=$((number + 1))
  if [ "$1" -eq 0 ]; then
    echo "ok $number - $2"
  else
    failed=$((failed + 1))
    echo "not ok $number - $2"
    sed 's/^/# /' "$3"
  fi
}

: >"$work/stdout"
for block in "$work"/blocks/*.test "$work"/blocks/*.output "$work"/blocks/*.file; do
  [ -e "$block" ] && echo "$block"
done | sort >"$work/list"
while read -r block; do
  line=$(cat "$block.line")
  case $block in
    *.test)
      # This script is part of `make test`, which therefore is not run again.
      sed -i -e 's/^\$ //' -e '/^make test\r*$/d' "$block"
      (cd "$work/tree" && exec bash -e -c \
        'trap '\''echo "this failed: $BASH_COMMAND" >&2'\'' ERR; set -o pipefail; . "$0"' \
        "$block") >"$work/stdout" 2>"$work/stderr" </dev/null
      status=$?
      cat "$work/stdout" >>"$work/stderr"
      report "$status" "$line: the commands run" "$work/stderr" ;;
    *.output)
      diff -u --label "$line" --label "what it prints now" "$block" "$work/stdout" \
        >"$work/difference"
      report $? "$line: the output is what is shown" "$work/difference" ;;
    *.file)
      path=$(cat "$block.path")
      diff -u --label "$line" --label "$path" "$block" "$path" >"$work/difference" 2>&1
      report $? "$line: $path is what is shown" "$work/difference" ;;
  esac
done <"$work/list"
if [ -z "${README:-}" ]; then
  docs/make_library.sh 2>&1 | diff -u docs/library.md - >"$work/difference"
  report $? "docs/library.md is what docs/make_library.sh prints" "$work/difference"
fi
if [ ! -s "$work/list" ]; then
  echo "nothing in it is marked as a test" >"$work/stderr"
  report 1 "${pages[*]} have commands to test" "$work/stderr"
fi
echo "1..$number"
[ "$failed" -eq 0 ]
