#!/usr/bin/env node
// The command line's entry; replaced by cli/ as its commands land.
process.exitCode = 0
