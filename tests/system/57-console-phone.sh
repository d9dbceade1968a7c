#!/bin/bash
# The console on a phone: no page is wider than the screen, and axe-core finds nothing, in both languages and sets of colours.
. "$SOURCE/tests/system/lib.sh"
. "$SOURCE/tests/browser/node.sh"
. "$SOURCE/tests/browser/all_pages.sh"

check 'every page on a phone' console access w1.example 390
finish
