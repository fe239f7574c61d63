#!/usr/bin/env bash
# Tests the set-up: what make says and does when something is not installed, with commands in place of
# pkg-config, apt-get, sudo and id that only write down how they were called; and what
# `make install` leaves behind. Prints TAP.
# SPDX-License-Identifier: Apache-2.0
set -u
cd "$(dirname "$0")/.." || exit 1
built=${BUILD:-build}
export LC_ALL=C
unset MAKEFLAGS MAKELEVEL MFLAGS BUILD DESTDIR PREFIX
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Every command of this machine but those that would install something, and ours in front.
mkdir "$work/commands" "$work/ours"
IFS=: read -ra folders <<<"$PATH"
for folder in "${folders[@]}"; do
  for command in "$folder"/*; do
    name=${command##*/}
    [ -e "$work/commands/$name" ] || ln -s "$command" "$work/commands/$name" 2>/dev/null
  done
done
(cd "$work/commands" && rm -f apt-get apt sudo pkg-config bats)

put() { # NAME: a command made of standard input
  cat >"$work/ours/$1"
  chmod +x "$work/ours/$1"
}
scene() { # ABSENT USER [sudo]: the libraries that are not installed, and who asks
  rm -f "$work/ours"/* "$work/calls"
  touch "$work/calls"
  put pkg-config <<TXT
#!/bin/sh
for name; do case " $1 " in *" \$name "*) exit 1 ;; esac; done
TXT
  put bats <<<'#!/bin/sh'
  put id <<<"#!/bin/sh
echo $2"
  put apt-get <<TXT
#!/bin/sh
echo "apt-get \$*" >>"$work/calls"
TXT
  [ $# -gt 2 ] && put sudo <<TXT
#!/bin/sh
echo "sudo \$*" >>"$work/calls"
TXT
  return 0
}
try() { # a make in the scene: its text goes to $text, its status to $status
  text=$(PATH=$work/ours:$work/commands make -s BUILD="$work/build" "$@" 2>&1 </dev/null)
  status=$?
  calls=$(cat "$work/calls")
}

number=0 failed=0
check() { # TITLE COMMAND…: one line of TAP
  local title=$1
  shift
  number=$((number + 1))
  if "$@"; then
    echo "ok $number - $title"
  else
    failed=$((failed + 1))
    echo "not ok $number - $title"
    printf 'status %s\n%s\ncalls: %s\n' "$status" "$text" "$calls" | sed 's/^/# /'
  fi
}
says() { [[ $text == *"$1"* ]]; }
keeps_quiet_about() { [[ $text != *"$1"* ]]; }
equals() { [ "$1" = "$2" ]; }

scene "sleef jansson" 0
try "$work/build/engine/base/text.o"
check "a build without its libraries stops" [ "$status" -ne 0 ]
check "it names what is absent" says "not installed here: sleef jansson."
check "it names the line that installs it" \
  says "sudo apt-get install -y --no-install-recommends libsleef-dev libjansson-dev"
check "it does not name what is there" keeps_quiet_about liblua
check "a plain make never installs" equals "$calls" ""
check "it compiles nothing before" [ ! -e "$work/build/engine/base/text.o" ]

scene "cmocka" 0
try build-needs
check "a build does not ask for what only tests need" [ "$status" -eq 0 ]
try test-needs
check "tests do" says "--no-install-recommends libcmocka-dev"

scene "" 0
rm "$work/ours/pkg-config"
try build-needs
check "pkg-config itself is named when it is absent" says "install -y --no-install-recommends pkg-config "

scene "libmd cmocka" 0
try deps
install="install -y --no-install-recommends libmd-dev libcmocka-dev"
check "make deps as root installs just what is absent" \
  equals "$calls" "apt-get update -qq"$'\n'"apt-get $install"
check "and says so" says "Running: apt-get $install"
try demo-needs
check "make demo leaves out what only tests need" \
  equals "${calls##*$'\n'}" "apt-get install -y --no-install-recommends libmd-dev"

scene "libmd" 1000 sudo
try deps
check "make deps as a user goes through sudo" equals "$calls" "sudo -n apt-get update -qq
sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends libmd-dev"

scene "libmd" 1000
try deps
check "without sudo it stops" [ "$status" -ne 0 ]
check "and shows the line for root" says "apt-get install -y --no-install-recommends libmd-dev"
check "and installs nothing" equals "$calls" ""

scene "libmd" 0
rm "$work/ours/apt-get"
try deps
check "where there is no apt-get it stops and says so" says "There is no apt-get here"

scene "" 0
try deps
check "make deps with everything there does nothing" equals "$status $text$calls" "0 "

try help
check "make help lists the targets" says "make test "
check "and no needless word from pkg-config" keeps_quiet_about "pkg-config"

# What `make install` leaves behind, and whether a host can live with the library.
calls=
if [ ! -x "$built/pilotage" ]; then
  echo "ok $((++number)) - make install # SKIP $built/pilotage is not built"
else
  text=$(make -s install BUILD="$built" DESTDIR="$work/root" 2>&1)
  status=$?
  check "make install" [ "$status" -eq 0 ]
  top=$work/root/usr/local
  for file in bin/pilotage lib/libpilotage.a include/pilotage.h lib/pkgconfig/pilotage.pc \
    share/doc/pilotage/NOTICE $(find scripts -name '*.lua' ! -name '*_test.lua' -printf 'share/pilotage/%p '); do
    check "it installs $file" [ -s "$top/$file" ]
  done
  check "the tests of policies stay here" [ -z "$(find "$top" -name '*_test.lua')" ]
  text=$("$top/bin/pilotage" --version 2>&1)
  status=$?
  check "the installed program runs" [ "$status" -eq 0 ]
  text=$(nm --defined-only --extern-only "$top/lib/libpilotage.a" 2>&1 |
    awk 'NF == 3 && $3 !~ /^pil_/ { print $3 }')
  check "the library shows pil_* and nothing else" equals "$text" ""

  cat >"$work/host.c" <<'TXT'
#include <pilotage.h>
#include <stdio.h>
double pow(double x, double y);
double pow(double x, double y) { return x + y; } /* a host's own, which must stay its own */
int lua_newstate(void);
int lua_newstate(void) { return 7; }
int main(void) {
  pil_error error = {0};
  (void)error;
  volatile double two = 2;
  printf("%s %g %d\n", PILOTAGE_VERSION, pow(two, 5), lua_newstate());
  return 0;
}
TXT
  flags=$(PKG_CONFIG_PATH=$top/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$work/root \
    pkg-config --static --cflags --libs pilotage 2>&1)
  text=$("${CC:-cc}" -fno-builtin "$work/host.c" -o "$work/host" \
    $(sed "s/-lpilotage/-Wl,--whole-archive & -Wl,--no-whole-archive/" <<<"$flags") 2>&1 &&
    "$work/host")
  status=$?
  version=$(sed -n 's/^Version: //p' "$top/lib/pkgconfig/pilotage.pc")
  check "a host with a pow and a Lua of its own links the library" equals "$text" "$version 7 7"

  # The README's host, on a scenario that needs no shipped script (those stand below DESTDIR here).
  awk '/^```/ { inside = $0 == "```c"; next } inside' README.md |
    sed 's|scenarios/first.yaml|small.yaml|' >"$work/readme.c"
  echo '{rollout: small.lua, trials: 3}' >"$work/small.yaml"
  echo 'return function() return { y = 4.5 } end' >"$work/small.lua"
  text=$(cd "$work" && "${CC:-cc}" readme.c $flags -o readme 2>&1 && ./readme 2>&1 &&
    grep -c '"mean": 4.5,' answer.json)
  check "the README's host compiles as it says, runs and writes its answer" equals "$text" "1"
fi

echo "1..$number"
[ "$failed" -eq 0 ]
