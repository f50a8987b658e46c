# For tests/run: runs one test program, prints what failed in full and counts it in $work/counts. Sourced.
# shellcheck shell=bash disable=SC2154

# count PASSED FAILED
count() { echo "$1 $2" >>"$work/counts"; }
sum() { awk '{passed += $1; failed += $2} END {printf "%d passed, %d failed\n", passed, failed}'; }
failed_test() {
    printf 'FAILED: %s\n' "$1"
    count 0 1
}

# counted COMMAND...: a test program that ends with `N passed, N failed`.
counted() {
    local status=0
    "$@" 2>&1 | tee "$work/counted" || status=$?
    if [[ $(tail -n 1 "$work/counted") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        count "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        ((status == 0 || BASH_REMATCH[2] > 0)) || failed_test "$1 (exit status $status)"
    else
        failed_test "$1 ended without its count (exit status $status)"
    fi
}

# gtest PROGRAM: a GoogleTest executable. One that crashes counts as a failure and shows the test it was in.
gtest() {
    local status=0 counts
    rm -f "$work/gtest.json"
    timeout 1200 "$1" --gtest_output="json:$work/gtest.json" >"$work/gtest.log" 2>&1 || status=$?
    # What each failed test printed; a test without an end is the one that crashed.
    awk '/^\[ RUN / {text = ""; inside = 1} inside {text = text $0 "\n"} /^\[       OK |^\[  SKIPPED / {inside = 0; text = ""}
         /^\[  FAILED / && inside {printf "%s", text; inside = 0; text = ""} END {printf "%s", text}' "$work/gtest.log"
    if counts=$(jq -er '[.testsuites[].testsuite[] | select(.status == "RUN" and .result != "SKIPPED")] |
            "\(map(select(.failures | not)) | length) \(map(select(.failures)) | length)"' "$work/gtest.json" 2>/dev/null); then
        count "${counts% *}" "${counts#* }"
        ((status == 0 || ${counts#* } > 0)) || failed_test "$(basename "$1") (exit status $status)"
    else
        failed_test "$(basename "$1") did not end by itself (exit status $status)"
    fi
}

# gtest_shards N PROGRAM: the same in N processes at once, each with its share of the tests.
gtest_shards() {
    local shard pids=() top=$work
    for ((shard = 0; shard < $1; ++shard)); do
        mkdir "$top/shard$shard"
        work=$top/shard$shard GTEST_TOTAL_SHARDS=$1 GTEST_SHARD_INDEX=$shard gtest "$2" >"$top/shard$shard/out" &
        pids+=($!)
    done
    for shard in "${!pids[@]}"; do
        wait "${pids[$shard]}" || failed_test "$(basename "$2"), share $shard"
        cat "$top/shard$shard/out" && cat "$top/shard$shard/counts" >>"$work/counts"
    done
}

# node_tests DIR [ARGUMENT...]: `node --test` of its *.test.* files, or as the arguments say, with the Node it brings.
node_tests() {
    local status=0 failed arguments=("${@:2}") under=()
    # As root a browser would put itself before the product.
    ((EUID != 0)) || under=(setpriv --bounding-set -sys_nice --inh-caps -sys_nice --)
    ((${#arguments[@]})) || mapfile -t arguments < <(cd "$1" && printf '%s\n' ./*.test.*)
    rm -f "$work"/node.{tap,log}
    (cd "$1" && PATH=$1/node_modules/.bin:$PATH "${under[@]}" timeout 2400 node --test --test-reporter=spec \
        --test-reporter-destination="$work/node.log" --test-reporter=tap --test-reporter-destination="$work/node.tap" "${arguments[@]}") \
        >"$work/node.out" 2>&1 || status=$?
    [[ -f $work/node.tap ]] || fail "node --test in $(shown "$1"): $(cat "$work/node.out")"
    failed=$(awk '/^# (fail|cancelled) / {n += $3} END {print n + 0}' "$work/node.tap")
    count "$(sed -n 's/^# pass //p' "$work/node.tap")" "$failed"
    ((status)) || return 0
    grep -v ✔ "$work/node.log" || true
    ((failed)) || failed_test "node --test in $(shown "$1") (exit status $status)"
}
