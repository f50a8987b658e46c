# Shared by the scripts of deploy/local and tests: messages, progress, the build, ports, SQL. Sourced, not run.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
program=$(basename -- "$0")
release=$root/build/release
# shellcheck disable=SC2034 # for the scripts that source this file
sluice=$release/services/sluice/sluice simulator=$release/services/simulator/sluice-simulator
# shellcheck disable=SC2034 # what ninja builds for the product and its demo
executables=(services/sluice/sluice services/simulator/sluice-simulator)
pages=$root/services/dashboard/dist
configured=() # what a build directory that is new is told beside its preset

say() { printf '%s\n' "$*"; }
clear_line() { [[ ! -t 2 ]] || printf '\r\e[K' >&2; }
fail() {
    clear_line
    printf '%s: %s\n' "$program" "$*" >&2
    exit 1
}
# A path as one would type it in the checkout.
shown() { printf '%s' "${1#"$root"/}"; }
# The comment at the top of this script.
usage() { sed -n '2,/^[^#]/ s/^# \{0,1\}//p' "$0"; }
need_value() { (($# > 1)) || fail "$1 needs a value; see --help"; }

# make_state DIR: private, and ours.
make_state() {
    (umask 077 && mkdir -p -- "$1") 2>/dev/null || fail "cannot make $1: choose another directory with --state DIR"
    [[ -O $1 ]] || fail "$1 belongs to $(stat -c %U "$1"): start as that user, or choose another directory with --state DIR"
    chmod 700 -- "$1"
}

# progress LOG: shows what ninja's (see build) and apt's status lines say, on a terminal in place, else each tenth. Other
# lines go to LOG.
progress() {
    local line what a b c percent text shown=
    while IFS= read -r line; do
        IFS=: read -r what a b c _ <<<"$line"
        case $what in
            dlstatus) what=downloading ;;
            pmstatus) what=installing ;;
            built) what=compiling ;;
            *) printf '%s\n' "$line" >>"$1" && continue ;;
        esac
        if [[ $what == compiling ]]; then
            ((a > 0)) || continue # ninja looks at its files
            percent=$((100 * a / b))
            text="step $a of $b$(time_left "$a" "$b" "${c%%.*}")"
        else
            percent=${b%%[.%]*}
            text="$percent %"
        fi
        if [[ -t 2 ]]; then
            printf '\r\e[K  %s: %s' "$what" "$text" >&2
        elif [[ $what$((percent / 10)) != "$shown" ]]; then
            shown=$what$((percent / 10))
            printf '  %s: %s\n' "$what" "$text" >&2
        fi
    done
    clear_line
}

# time_left DONE ALL SECONDS: if the other steps take as long. The first few say nothing about that.
time_left() {
    local left
    (($1 >= 10 && $3 >= 5 && $1 < $2)) || return 0
    left=$(($3 * ($2 - $1) / $1))
    if ((left >= 90)); then echo ", about $(((left + 30) / 60)) minutes left"; else echo ", about $left seconds left"; fi
}

# build LOG ON|OFF NINJA-ARGUMENT...: configures once (with or without the tests), then ninja decides what to do.
# Prints the compiler's messages and returns 1 when it fails. A long build says where the time went: with as many steps at
# once as there are processors, a step's seconds are those of a processor.
build() {
    local log=$1 tests=$2 cache=$release/CMakeCache.txt begun=$SECONDS
    shift 2
    : >"$log"
    if [[ -f $cache ]] && ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$cache"; then
        fail "build/release was made by another checkout: remove it and start again"
    fi
    if [[ ! -f $release/build.ninja ]] || { [[ $tests == ON ]] && grep -q '^SLUICE_TESTS:BOOL=OFF' "$cache"; }; then
        (cd "$root" && cmake --preset release "-DSLUICE_TESTS=$tests" "${configured[@]}") >>"$log" 2>&1 ||
            { grep -A5 'CMake Error' "$log" >&2 || tail -n 5 "$log" >&2; return 1; }
    fi
    NINJA_STATUS='built:%f:%t:%e:' ninja -C "$release" -j "$(nproc)" "$@" 2>&1 | progress "$log" ||
        { grep -A80 -m1 -E '^(FAILED|ninja: error):' "$log" >&2 || tail -n 20 "$log" >&2; return 1; }
    ((SECONDS - begun < 60)) || "$root/deploy/local/build-times"
}

# npm_install DIR LOG: what its lock file names, unless it is there.
npm_install() {
    [[ ! $1/node_modules/.package-lock.json -nt $1/package-lock.json ]] || return 0
    npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >"$2" 2>&1 ||
        fail "npm ci in $(shown "$1"): $(tail -n 20 "$2")"
}

# python_install DIR LIST LOG: a virtual environment with what LIST names, unless it is there. Libraries are compiled when
# they are used, which is less than all of them.
python_install() {
    ! cmp -s "$2" "$1/installed.txt" || return 0
    rm -rf "$1"
    { /usr/bin/python3 -m venv "$1" && "$1/bin/pip" install --no-deps --only-binary :all: --require-hashes --no-compile \
        --disable-pip-version-check --quiet --requirement "$2" && cp "$2" "$1/installed.txt"; } >"$3" 2>&1 ||
        fail "pip install of $(shown "$2"): $(tail -n 20 "$3")"
}

# build_pages LOG: services/dashboard's dist, unless nothing has changed since.
build_pages() {
    local dir=$root/services/dashboard
    npm_install "$dir" "$1"
    [[ -z $(find "$dir" "$root/api-spec/openapi.yaml" -newer "$dir/dist/connect.html" -type f -not -path '*/node_modules/*' -not -path '*/dist/*' \
        -not -path '*/tests/*' 2>&1 | head -n 1) ]] && return
    (cd "$dir" && PATH=$dir/node_modules/.bin:$PATH npm run build) >"$1" 2>&1 ||
        { tail -n 20 "$1" >&2; return 1; }
}

# Somebody on this machine accepts connections at the port.
port_busy() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# free_port [TAKEN...]: below the range the kernel hands out to clients, and none of those that are taken but not in use yet.
free_port() {
    local port=0
    until ((port)) && [[ " $* " != *" $port "* ]] && ! port_busy "$port"; do port=$((20000 + RANDOM % 12000)); done
    echo "$port"
}

# secret_file FILE: a random secret, made once and kept there.
secret_file() {
    [[ -s $1 ]] || (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1")
    cat "$1"
}

# sql URL PSQL-ARGUMENT...: the URL's password stays out of the process list.
sql() {
    local url=$1 password=
    if [[ $url =~ ^([a-z]+://[^:/?@]*):([^/?@]*)@(.*)$ ]]; then
        printf -v password '%b' "${BASH_REMATCH[2]//%/\\x}"
        url=${BASH_REMATCH[1]}@${BASH_REMATCH[3]}
    fi
    PGPASSWORD=$password PGCONNECT_TIMEOUT=5 psql -XqAt -v ON_ERROR_STOP=1 "${@:2}" "$url"
}
