#!/bin/bash
# Replays of our own against the real program, and a wrong one, which must be found out.
. "$SOURCE/tests/system/lib.sh"

replays() {
    TMPDIR=$WORK timeout 100 "$SOURCE/tests/conformance/run" "$BUILD" "$@"
}

said=$(replays "$SOURCE/tests/conformance/replays")
printf '%s\n' "$said" | sed 's/^/# /'
check our_own_replays_pass has "$said" '^2 passed, 0 failed, 0 known, 1 skipped$'
check what_cannot_apply_is_told_with_its_reason has "$said" 'skipped: STEP CHECK_OUT_QUERY: '
said=$(replays "$SOURCE/tests/conformance/wrong")
check a_wrong_answer_is_found has "$said" '^# wrong: step 2: NOERROR, not NXDOMAIN$'
check a_wrong_record_is_found has "$said" '^# wrong: step 2: answer has a.good. A 203.0.113.1$'
check a_failure_is_counted has "$said" '^0 passed, 1 failed, '
check no_replays_is_a_failure is "$(replays "$SOURCE/tests/conformance/README.md" >/dev/null || echo failed)" failed
exit "$((failures > 0))"
