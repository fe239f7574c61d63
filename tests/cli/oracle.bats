# Every number of a run against make_rollout.py, which knows the addressing of the draws and the
# quantile functions but nothing of the engine.
# SPDX-License-Identifier: Apache-2.0
load common

GOLDEN=$ROOT/tests/golden

# Within 1e-9 of the larger of the value and its column's standard deviation, which is what is
# promised of a quantile; scale 0 asks for the same text.
NEAR='
function size(x) { return x < 0 ? -x : x }
function near(found, wanted, scale) {
  if (found "" == wanted "") return 1
  if (scale == 0 || found !~ /^-?[0-9]/ || wanted !~ /^-?[0-9]/) return 0
  return size(found - wanted) <= 1e-9 * (size(wanted) > scale ? size(wanted) : scale)
}'

# The answer in JSON as lines "variant|output|statistic|value", without histograms and words.
JSON_LINES='
function emit(output, statistic) { print variant "|" output "|" statistic "|" value }
{
  match($0, /^ */); depth = RLENGTH / 2
  value = substr($0, RLENGTH + 1); sub(/,$/, "", value); key = ""
  if (match(value, /^"[^"]*": /)) { key = substr(value, 2, RLENGTH - 4); value = substr(value, RLENGTH + 1) }
  if (value ~ /^[]}]/) next
  at[depth] = key
  if (value == "[") item = 0
  if (value == "{" && key == "") item++
  if (value == "{" || value == "[") next
  gsub(/^"|"$/, "", value)
  if (at[1] != "variants" || key ~ /^(unit|test|to|asked)$/ || at[5] == "histogram") next
  if (depth == 3 && key == "name") variant = value
  else if (at[3] == "outputs" && at[5] == "shares" && key == "value") text = value
  else if (at[3] == "outputs" && at[5] == "shares" && depth == 7) emit(at[4], "shares." text "." key)
  else if (at[3] == "outputs") emit(at[4], depth == 6 ? at[5] "." key : key)
  else if (at[3] == "series") emit(at[4] "[" item "]", key)
  else if (at[3] == "difference") emit(at[5], "difference." key)
  else if (key == "first") first = value
  else if (key == "second") second = value
  else if (key == "reached") emit(first "," second, key)
}'

@test "each input and output of each trial is what its distribution, seed and name say" {
  "$PILOTAGE" run "$GOLDEN/oracle.yaml" --quiet --samples samples.csv --output /dev/null
  # The one text with a comma would need a CSV reader.
  sed 's/"west, far"/west far/g' "$GOLDEN/oracle.csv" >wanted.csv
  sed -i 's/"west, far"/west far/g' samples.csv
  run awk -F , "$NEAR"'
    FNR == 1 { file++ }
    file == 1 && FNR == 1 { columns = NF; for (i = 1; i <= NF; i++) name[i] = $i; next }
    file == 1 && FNR == 2 { for (i = 1; i <= NF; i++) scale[name[i]] = $i; next }
    file == 1 { rows++; for (i = 3; i <= NF; i++) wanted[$1, $2, name[i]] = $i; next }
    FNR == 1 { if (NF != columns) bad("columns"); for (i = 1; i <= NF; i++) own[i] = $i; next }
    {
      rows--
      for (i = 3; i <= NF; i++) {
        if (!(($1, $2, own[i]) in wanted)) bad($1 " " $2 " has no " own[i])
        else if (!near($i, wanted[$1, $2, own[i]], scale[own[i]]))
          bad($1 ", trial " $2 ", " own[i] ": " $i " instead of " wanted[$1, $2, own[i]])
        compared++
      }
    }
    function bad(what) { if (++faults <= 20) print what }
    END { print compared " cells, " faults + 0 " wrong"; exit faults > 0 || rows != 0 || compared < 80000 }
  ' wanted.csv samples.csv
  echo "$output"
  ((status == 0))
}

@test "means, percentiles, intervals, differences and rank correlations are those of the samples" {
  "$PILOTAGE" run "$GOLDEN/oracle.yaml" --quiet --format json --output answer.json
  awk "$JSON_LINES" answer.json >found.txt
  run awk -F '|' "$NEAR"'
    FNR == NR { wanted[$1 "|" $2 "|" $3] = $4; scale[$1 "|" $2 "|" $3] = $5; next }
    {
      key = $1 "|" $2 "|" $3
      if (!(key in wanted)) bad(key " = " $4 " was not expected")
      else if (!near($4 + 0 == $4 ? $4 + 0 : $4, wanted[key], scale[key]))
        bad(key " = " $4 " instead of " wanted[key])
      compared++
      delete wanted[key]
    }
    function bad(what) { if (++faults <= 20) print what }
    END {
      for (key in wanted) bad(key " is missing")
      print compared " statistics, " faults + 0 " wrong"
      exit faults > 0 || compared < 1500
    }
  ' "$GOLDEN/oracle_answer.txt" found.txt
  echo "$output"
  ((status == 0))
}

@test "pieces, threads and widths give the oracle's bytes too" {
  "$PILOTAGE" run "$GOLDEN/oracle.yaml" --quiet --samples whole.csv --output /dev/null --threads 1
  "$PILOTAGE" run "$GOLDEN/oracle.yaml" --quiet --samples other.csv --output /dev/null --threads 3 --lanes 7
  cmp whole.csv other.csv
  "$PILOTAGE" run "$GOLDEN/oracle.yaml" --quiet --samples piece.csv --output /dev/null --trials 101:300
  awk -F , 'NR == 1 || $2 > 100' whole.csv | cmp - piece.csv
}
