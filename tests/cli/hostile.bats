# Files made to hurt: each ends as its table says, quickly, for the right reason.
# SPDX-License-Identifier: Apache-2.0
load common

# The words that the message must hold, by file: so that none is refused for another reason.
words() {
  case $1 in
    y02*) echo 'alias|merge' ;; y04*) echo ':6:.*(alias|anchor)' ;; y08*|y10*) echo ':6:.*nest' ;;
    y12*) echo 'nest' ;; y14*) echo ':1[01]:.*(key|1024)' ;; y16*) echo ':11:.*more than one document' ;;
    y18*) echo 'document' ;; y20*) echo ':1:.*map' ;; y22*|y24*) echo ':4:.*"seed".*twice.*line 3' ;;
    y26*) echo ':4:.*"trails".*did you mean "trials"' ;; y30*) echo ':11:.*empty key' ;;
    y32*) echo ':4:.*trials.*(null|~|empty)' ;; y34*) echo ':1:.*(NUL|\\x00|x00|control)' ;;
    y36*) echo ':1:.*UTF-8' ;; y38*) echo ':1:.*(UTF-8|Unicode)' ;; y40*) echo ':11:.*UTF-8' ;;
    y48*) echo ':1:.*control' ;; y50*) echo ':[67]:.*name' ;; y54*) echo ':3:.*seed:42' ;;
    y56*) echo ':1:.*(quot|closed)' ;; y58*) echo ':1:.*directive' ;; y60*) echo ':1:.*`' ;;
    y62*) echo ':1:.*tag' ;; y64*) echo ':3:.*tag' ;; y68*) echo 'tag' ;; y70*) echo 'merge|alias|anchor' ;;
    y74*) echo ':3:.*seed.*yes' ;; y76*) echo ':3:.*017' ;; y78*) echo ':4:.*1_000' ;;
    y80*) echo ':4:.*1,000' ;; y82*) echo ':6:.*1e400' ;; y84*) echo ':6:.*\.nan' ;; y86*) echo ':6:.*nan' ;;
    y88*) echo ':6:.*0,5|:6:.*"5"|:6:.*(comma|5)' ;; y94*) echo ':3:.*seed.*4\.2' ;; y96*) echo ':4:.*trials.*-5' ;;
    z01*) echo ':6:.*sd.*-1' ;; z03*) echo ':7:.*(min|max)' ;; z05*) echo ':6:.*two distributions' ;;
    z07*) echo ':6:.*"zero"' ;; z09*) echo ':6:.*inputs.*(map|list)' ;; z11*) echo ':6:.*"math" hides a library' ;;
    z15*) echo ':2:.*/dev/stdin.*not a regular file' ;; z17*) echo ':2:.*no_such_file.lua' ;;
    z19*) echo ':9:.*"base".*"volum".*unknown' ;; z21*) echo ':10:.*=cmd' ;; z23*) echo ':1:.*looks like a path' ;;
    *) echo . ;;
  esac
}

@test "every hostile scenario ends as expected within a second" {
  [ -d "$SHARED/hostile/yaml" ] || skip "../shared is not here"
  cp "$SHARED"/hostile/yaml/* .
  bad=0
  while IFS=$'\t' read -r file outcome _; do
    [ "$file" = file ] && continue
    status=0
    timeout 5 "$PILOTAGE" run "$file" --quiet </dev/null >out.txt 2>&1 || status=$?
    case $outcome in
      ALLOWED) want='^0$' ;; REFUSED) want='^2$' ;; *) want='^[02]$' ;;
    esac
    if ! [[ $status =~ $want ]] || { [ $status -eq 2 ] && ! grep -qE "$(words "$file")" out.txt; } ||
      grep -qP '[\x00-\x08\x0b-\x1f]' out.txt || grep -q 'root:' out.txt; then
      echo "$file: $outcome, got $status: $(head -c 300 out.txt)"
      bad=1
    fi
  done <expected.tsv
  [ $bad -eq 0 ]
  ! ls | grep -q pwned
  start=$(date +%s%N)
  "$PILOTAGE" run y10_deep_flow_100k.yaml >/dev/null 2>&1 || true
  [ $((($(date +%s%N) - start) / 1000000)) -lt 1000 ]
}

@test "every hostile script ends as expected" {
  [ -d "$SHARED/hostile/lua" ] || skip "../shared is not here"
  cp "$SHARED"/hostile/lua/* .
  bad=0
  while IFS=$'\t' read -r file outcome _; do
    [ "$file" = file ] && continue
    status=0
    timeout 10 "$PILOTAGE" eval "$file" </dev/null >out.txt 2>err.txt || status=$?
    case $outcome:$file in
      *:g07*) want='^2$' && grep -q 'g07_crlf.lua:3: ' err.txt || want=none ;; # the file errors on purpose
      ALLOWED:*) want='^0$' ;;
      REFUSED:*)
        want='^2$'
        grep -q 'return "OK' "$file" && want='^[02]$' ;;
      LIMITED:*) want='^2$' ;;
      NOCRASH*:*) want='^[02]$' ;;
      *) want='^[02]$' ;;
    esac
    if ! [[ $status =~ $want ]] || grep -qE 'ESCAPE|WRONG' out.txt || grep -qP '[\x00-\x08\x0b-\x1f]' out.txt err.txt; then
      echo "$file: $outcome, got $status: $(head -c 200 out.txt) $(head -c 300 err.txt)"
      bad=1
    fi
  done <expected.tsv
  [ $bad -eq 0 ]
  ! ls | grep -q pwned
}
