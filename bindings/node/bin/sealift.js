#!/usr/bin/env node
'use strict'

// The same command as the program `sealift`; the process is its own.
process.exitCode = require('../native.js').run(['sealift', ...process.argv.slice(2)])
