#!/bin/bash
# The console for everybody: axe-core finds nothing on any page, in both languages and sets of colours.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"
. "$SOURCE/tests/browser/all_pages.sh"

check 'every page, in both languages and sets of colours' console access w1.example 1280
finish
