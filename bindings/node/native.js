'use strict'

const { existsSync } = require('node:fs')
const { join } = require('node:path')

/** The package that has the native module for this machine, as `sealift-linux-x64-gnu`. */
function platformPackage() {
  const { platform, arch } = process
  if (platform !== 'linux') return `sealift-${platform}-${arch}`
  // A glibc names its version in the report of the process; musl has none.
  const isGlibc = process.report.getReport().header.glibcVersionRuntime !== undefined
  return `sealift-linux-${arch}-${isGlibc ? 'gnu' : 'musl'}`
}

/** A module built beside this file comes first, then the package of the platform. */
function load() {
  const built = join(__dirname, 'sealift.node')
  if (existsSync(built)) return require(built)
  const name = platformPackage()
  try {
    return require(name)
  } catch (cause) {
    // The published package names the platforms that exist; no other can be installed.
    const made = require('./package.json').optionalDependencies ?? { [name]: '' }
    const reason = name in made ? 'is not installed' : 'is not made'
    const hint = name.endsWith('-musl') ? '; an image with glibc has one, as node:22-slim' : ''
    throw new Error(`sealift has no native module for this machine: ${name} ${reason}${hint}`, { cause })
  }
}

module.exports = load()
