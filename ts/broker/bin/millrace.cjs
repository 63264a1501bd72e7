#!/usr/bin/env node
// What npm links as `millrace`: it does so at install, when nothing is built yet.
'use strict'
const { bundled } = require('./load.cjs')

if (bundled === null) void import('../dist/main.js')
else bundled.main()
