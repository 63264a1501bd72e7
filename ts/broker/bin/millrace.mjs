#!/usr/bin/env node
// What npm links as `millrace`: it does so at install, when nothing is built yet.
import '../dist/main.js'
