#!/bin/bash
# What the program is made of stands beside it, as a CycloneDX document: each library that it is linked with, and each part of the console.
. "$SOURCE/tests/system/lib.sh"

sbom=$BUILD/hinomi.cdx.json
look() { python3 - "$sbom" "$@"; }
check it_is_made_by_the_build test -s "$sbom"
check it_is_cyclonedx is "$(look <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
print(o["bomFormat"], o["specVersion"], o["metadata"]["component"]["name"])
PY
)" 'CycloneDX 1.5 hinomi'
linked=$(LC_ALL=C readelf -d "$BUILD/hinomi" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | sort)
check every_linked_library_is_in_it is "$(look <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
found = [p["value"] for c in o["components"] for p in c.get("properties", []) if p["name"] == "hinomi:soname"]
found += [c["name"] for c in o["components"] if "purl" not in c]
print("\n".join(sorted(found)))
PY
)" "$linked"
check versions_are_those_of_the_packages is "$(look <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
print([c["version"] for c in o["components"] if c["name"].startswith("libgnutls")][0])
PY
)" "$(dpkg-query -W -f='${Version}' libgnutls30)"
check what_the_console_needs_is_in_it is "$(look "$SOURCE/console/package-lock.json" <<'PY'
import json, sys
o, lock = (json.load(open(path)) for path in sys.argv[1:3])
wanted = {p.split("node_modules/")[-1] + "@" + v["version"] for p, v in lock["packages"].items() if p and not v.get("dev")}
print(sorted(wanted - {c["name"] + "@" + c["version"] for c in o["components"] if "version" in c}))
PY
)" '[]'
check every_reference_leads_somewhere is "$(look <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
known = [c["bom-ref"] for c in o["components"]] + [o["metadata"]["component"]["bom-ref"]]
named = {d["ref"] for d in o["dependencies"]} | {r for d in o["dependencies"] for r in d["dependsOn"]}
print(len(known) == len(set(known)), sorted(named ^ set(known)))
PY
)" 'True []'
"$SOURCE/tools/make-sbom" "$BUILD/hinomi" "$(hinomi version | sed 's/^hinomi //')" "$WORK/again.json"
check the_same_build_gives_the_same_octets cmp "$sbom" "$WORK/again.json"
