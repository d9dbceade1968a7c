# A node of which every page of the console has something to show; sourced after node.sh.
console first "$(hinomi welcome --json | from_json '["link"].split("#")[1]')"
hinomi block evil.example --reason 'seen by hand' >/dev/null
hinomi judge w1.example c2 --reason 'beacons' >/dev/null
console members hospital city
hinomi cases open 'beacons of two members' w1.example evil.example --severity high --text 'seen by the SOC' >/dev/null
hinomi cases add 1 --member hospital >/dev/null
# What people write may have no blank to break at.
word=$(printf 'W%.0s' {1..250})
hinomi cases open "$word" w1.example --text "$word$word" >/dev/null
hinomi cases note 1 --text "$word$word" >/dev/null
curl -sk -o "$WORK/reported" -H 'Content-Type: application/json' --data "{\"name\": \"evil.example\", \"text\": \"$word$word\", \"contact\": \"$word\"}" https://127.0.0.1:8443/api/v1/reports
for client in 127.0.0.1 127.0.0.2 127.0.0.3; do
    ask -b "$client" @127.0.0.1 -p 5300 evil.example >/dev/null
    ask -b "$client" @127.0.0.1 -p 5300 w1.example >/dev/null
done
