# Helpers of the system tests; sourced by tests/system/NN-*.sh, which run in a network of their own with only loopback.
#
# Given by the runner: BUILD (folder of the build, absolute), HINOMI (the program), WORK (an empty folder that is
# removed afterwards), SOURCE (the checkout). All that a test starts is ended when it ends, and nothing else.
# shellcheck shell=bash
set -u

started=()
failures=0

# check NAME command...: prints "ok NAME" or "not ok NAME"; shows what the command said when it fails.
check() {
    local name=$1
    shift
    if "$@" >"$WORK/check.out" 2>&1; then
        printf 'ok %s\n' "$name"
    else
        printf '# failed (%d): %s\n' $? "$*"
        sed 's/^/#   /' "$WORK/check.out"
        printf 'not ok %s\n' "$name"
        failures=$((failures + 1))
    fi
}

# is GOT WANTED, has TEXT PATTERN: to be given to check.
is() {
    [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2"; return 1; }
}

has() {
    printf '%s\n' "$1" | grep -qE -- "$2" || { printf 'no %s in:\n%s\n' "$2" "$1"; return 1; }
}

lacks() {
    ! has "$1" "$2" >/dev/null || { printf 'unwanted %s in:\n%s\n' "$2" "$1"; return 1; }
}

# start NAME command...: in the background, its output in $WORK/NAME.log, its process in $pid.
start() {
    local name=$1
    shift
    "$@" >>"$WORK/$name.log" 2>&1 </dev/null &
    pid=$!
    started+=("$pid")
}

# until_true SECONDS command...: tries ten times a second; fails when the time is over.
until_true() {
    local tries=$(($1 * 10))
    shift
    while [ "$tries" -gt 0 ]; do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
        tries=$((tries - 1))
    done
    printf 'not within the time: %s\n' "$*"
    return 1
}

# True or False, as the status has it. Half a gigabyte of engine takes its time on a machine that has not read it before.
engine_is_open() { hinomi status --json | python3 -c 'import json, sys; sys.exit(not json.load(sys.stdin)["store"]["open"])'; }
engine_opens() {
    until_true 20 engine_is_open >/dev/null && echo True || echo False
}

gone() {
    ! kill -0 "$1" 2>/dev/null
}

# stop PID...: TERM, and KILL after five seconds; waits for the end.
stop() {
    local each
    kill -TERM "$@" 2>/dev/null
    for each in "$@"; do
        until_true 5 gone "$each" >/dev/null || kill -KILL "$each" 2>/dev/null
        wait "$each" 2>/dev/null
    done
    return 0
}

stop_all() {
    local reverse=() each
    for each in ${started[@]+"${started[@]}"}; do
        reverse=("$each" ${reverse[@]+"${reverse[@]}"})
    done
    [ "${#reverse[@]}" -eq 0 ] || stop "${reverse[@]}"
}

listens_udp() {
    ss -Hlnu "sport = :$1" | grep -q .
}

listens_tcp() {
    ss -Hlnt "sport = :$1" | grep -q .
}

# node [option...]: `hinomi up` with its data in $WORK/data, waited for until it answers on its default port; $pid.
node() {
    mkdir -p "$WORK/data"
    start node "$HINOMI" up --data "$WORK/data" "$@"
    until_true 20 listens_udp 5300
}

# hinomi COMMAND [argument]...: a command for the node whose data is in $WORK/data.
hinomi() {
    local command=$1
    shift
    timeout 60 "$HINOMI" "$command" --data "$WORK/data" "$@"
}

# In a user namespace of one user there is nobody else to become: the configuration FILE is told so.
stay_root_if_alone() {
    if [ "$(id -u)" -eq 0 ] && awk '{n += $3} END {exit n >= 65536}' /proc/self/uid_map; then
        echo 'user: root' >>"$1"
    fi
}

answers_control() {
    hinomi status >/dev/null
}

# The node by $WORK/node.conf, its process in $node, until it takes commands.
start_node() {
    node --config "$WORK/node.conf" || return 1
    node=$pid
    until_true 20 answers_control
}

# status_of_name NAME, blocked NAME, resolves NAME: what the node on its default port says of it.
status_of_name() {
    ask @127.0.0.1 -p 5300 "$1" | sed -n 's/.*status: \([A-Z]*\),.*/\1/p'
}

blocked() {
    is "$(status_of_name "$1")" NXDOMAIN
}

resolves() {
    is "$(status_of_name "$1")" NOERROR
}

# authority PORT ZONE FILE [ZONE FILE]...: a Knot DNS server on 127.0.0.1:PORT for the zone files given; $pid is its process.
authority() {
    local port=$1 folder=$WORK/authority.$1
    shift
    mkdir -p "$folder"
    {
        printf 'server:\n  rundir: %s\n  listen: 127.0.0.1@%s\n' "$folder" "$port"
        printf 'database:\n  storage: %s\n' "$folder"
        printf 'template:\n  - id: default\n    storage: %s\n    semantic-checks: off\nzone:\n' "$folder"
        while [ $# -gt 1 ]; do
            cp "$2" "$folder/$1.zone"
            printf '  - domain: %s\n    file: %s.zone\n' "$1" "$1"
            shift 2
        done
    } >"$folder/knot.conf"
    start "authority.$port" knotd -c "$folder/knot.conf"
    until_true 10 listens_udp "$port"
}

# ask [dig option]...: one short dig over UDP, bounded.
ask() {
    dig +tries=1 +time=3 "$@"
}

# from_json '["a"]["b"]': that value of the JSON on standard input.
from_json() {
    python3 -c "import json, sys; print(json.load(sys.stdin)$1)"
}

finish() {
    stop_all
    if [ "$failures" -gt 0 ]; then
        for log in "$WORK"/*.log; do
            [ -s "$log" ] && printf '# the end of %s:\n' "${log##*/}" && tail -n 20 "$log" | sed 's/^/#   /'
        done
    fi
    exit $((failures > 0))
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
